/** OWASP Top 10 for Agentic Applications, by their official names. */
const OWASP: Readonly<Record<string, string>> = {
  ASI01: 'Agent Goal Hijack',
  ASI02: 'Tool Misuse and Exploitation',
  ASI03: 'Identity and Privilege Abuse',
  ASI04: 'Agentic Supply Chain Vulnerabilities',
  ASI05: 'Unexpected Code Execution (RCE)',
  ASI06: 'Memory & Context Poisoning',
  ASI07: 'Insecure Inter-Agent Communication',
  ASI08: 'Cascading Failures',
  ASI09: 'Human-Agent Trust Exploitation',
  ASI10: 'Rogue Agents',
};

/** MITRE ATLAS techniques that findings carry, or are likely to. */
const ATLAS: Readonly<Record<string, string>> = {
  'AML.T0012': 'Valid Accounts',
  'AML.T0025': 'Exfiltration via Cyber Means',
  'AML.T0034.002': 'Agentic Resource Consumption',
  'AML.T0037': 'Data from Local System',
  'AML.T0048': 'External Harms',
  'AML.T0050': 'Command and Scripting Interpreter',
  'AML.T0051': 'LLM Prompt Injection',
  'AML.T0053': 'AI Agent Tool Invocation',
  'AML.T0055': 'Unsecured Credentials',
  'AML.T0057': 'LLM Data Leakage',
  'AML.T0077': 'LLM Response Rendering',
  'AML.T0080': 'AI Agent Context Poisoning',
  'AML.T0081': 'Modify AI Agent Configuration',
  'AML.T0082': 'RAG Credential Harvesting',
  'AML.T0083': 'Credentials from AI Agent Configuration',
  'AML.T0085.001': 'AI Agent Tools',
  'AML.T0086': 'Exfiltration via AI Agent Tool Invocation',
  'AML.T0090': 'OS Credential Dumping',
  'AML.T0091.000': 'Application Access Token',
  'AML.T0098': 'AI Agent Tool Credential Harvesting',
  'AML.T0099': 'AI Agent Tool Data Poisoning',
  'AML.T0101': 'Data Destruction via AI Agent Tool Invocation',
  'AML.T0102': 'Generate Malicious Commands',
  'AML.T0105': 'Escape to Host',
  'AML.T0108': 'AI Agent',
  'AML.T0110': 'AI Agent Tool Poisoning',
};

/** A tag with its name. */
export interface NamedTag {
  readonly id: string;
  readonly catalogue: 'OWASP Agentic' | 'MITRE ATLAS' | 'other';
  readonly name?: string | undefined;
}

/** The name of a tag in its catalogue. */
export function nameTag(id: string): NamedTag {
  if (/^ASI\d/.test(id)) return { id, catalogue: 'OWASP Agentic', name: OWASP[id] };
  if (id.startsWith('AML.')) return { id, catalogue: 'MITRE ATLAS', name: ATLAS[id] };
  return { id, catalogue: 'other' };
}
