/** Models and what serves them. Lines of `kind|provider|boundary|expression`, see `readFormats`. */
export const aiFormats = String.raw`
anthropic-key|anthropic|s|sk-ant-[A-Za-z0-9_-]{24,}
openrouter-key|openrouter|s|sk-or-v1-[A-Za-z0-9]{32,}
openai-key|openai|s|sk-(?=[A-Za-z_-]{0,64}[0-9])[A-Za-z0-9_-]{32,}
huggingface-token|huggingface|w|(?:hf|api_org)_[A-Za-z0-9]{34}\b
replicate-token|replicate|w|r8_[A-Za-z0-9]{37}\b
groq-key|groq|w|gsk_[A-Za-z0-9]{40,}
perplexity-key|perplexity|w|pplx-[A-Za-z0-9]{40,}
xai-key|xai|w|xai-[A-Za-z0-9]{60,}
langsmith-key|langsmith|w|lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}\b
elevenlabs-key|elevenlabs|w|sk_[a-f0-9]{48}\b
nvidia-key|nvidia|w|nvapi-[A-Za-z0-9_-]{60,}
together-key|together|w|tgp_v1_[A-Za-z0-9_-]{40,}
fireworks-key|fireworks|w|fw_(?=[A-Za-z]{0,23}[0-9])[A-Za-z0-9]{24,}
cerebras-key|cerebras|w|csk-[a-z0-9]{40,}
tavily-key|tavily|w|tvly-(?=[A-Za-z-]{0,27}[0-9])[A-Za-z0-9-]{28,}
firecrawl-key|firecrawl|w|fc-[a-f0-9]{32}\b
pinecone-key|pinecone|w|pcsk_[A-Za-z0-9]{5,6}_[A-Za-z0-9]{50,}
e2b-key|e2b|w|e2b_[a-f0-9]{40}\b
`;
