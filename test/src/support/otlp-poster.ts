/** A plain OTLP/HTTP client: posts one GenAI span after another and remembers which were acknowledged. It never retries. */
export class OtlpPoster {
  readonly sessionId: string;
  readonly acknowledged: string[] = [];
  readonly #url: string;
  readonly #key: string;
  #count = 0;

  constructor(url: string, key: string, sessionId = 'posted') {
    this.sessionId = sessionId;
    this.#url = url;
    this.#key = key;
  }

  /** Posts one span; a server that is away is no error here. */
  async post(): Promise<void> {
    this.#count += 1;
    const callId = `post-${this.#count}`;
    const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
    const span = {
      traceId: this.#count.toString(16).padStart(32, '0'),
      spanId: this.#count.toString(16).padStart(16, '0'),
      name: 'execute_tool read_file',
      attributes: [
        text('gen_ai.operation.name', 'execute_tool'),
        text('gen_ai.tool.name', 'read_file'),
        text('gen_ai.tool.call.id', callId),
        text('gen_ai.conversation.id', this.sessionId),
        text('gen_ai.tool.call.arguments', '{"path":"README.md"}'),
      ],
    };
    try {
      const response = await fetch(`${this.#url}/v1/traces`, {
        method: 'POST',
        headers: { authorization: `Bearer ${this.#key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }),
      });
      if (response.status === 200) this.acknowledged.push(callId);
      await response.arrayBuffer();
    } catch {
      // The server is being restarted.
      await new Promise(setImmediate);
    }
  }
}
