/** What family of tool a report's tool name stands for. */
export type ToolFamily =
  | { readonly family: 'shell' | 'powershell' | 'ssh' | 'sql' | 'python' | 'agent' | 'browser' }
  | { readonly family: 'program'; readonly program: string }
  | { readonly family: 'http'; readonly system: string }
  | { readonly family: 'file'; readonly does: 'read' | 'write' | 'edit' }
  | { readonly family: 'function'; readonly name: string };

/** Programs that a report may name as the tool itself. */
const PROGRAMS = /^(?:kubectl|git|gh|az|aws|gcloud|docker|terraform|helm)\b/;

/** The first that fits; what none fits is a function of that name. */
const FAMILIES: readonly (readonly [RegExp, (name: string) => ToolFamily])[] = [
  [/^[a-z]+(?:_[a-z]+)+\b/, (name) => ({ family: 'function', name: name.split(/[^a-z_]/)[0] ?? name })],
  [/^mcp\b/i, (name) => ({ family: 'function', name: mcpName(name) })],
  [/\bpython\b/i, () => ({ family: 'python' })],
  [/\bssh\b/i, () => ({ family: 'ssh' })],
  [/^powershell\b/i, () => ({ family: 'powershell' })],
  [/^(?:bash|shell|terminal|cmd)\b/i, () => ({ family: 'shell' })],
  [PROGRAMS, (name) => ({ family: 'program', program: PROGRAMS.exec(name)?.[0] ?? 'git' })],
  [/\bsql\b|\bdatabase\b|^query\b/i, () => ({ family: 'sql' })],
  [/\b(?:api|http|fetch|webfetch|curl)\b/i, (name) => ({ family: 'http', system: systemOf(name) })],
  [/^read\b/i, () => ({ family: 'file', does: 'read' })],
  [/^write\b/i, () => ({ family: 'file', does: 'write' })],
  [/^(?:edit|code)\b/i, () => ({ family: 'file', does: 'edit' })],
  [/^(?:task|agent|workflow|subagent)\b/i, () => ({ family: 'agent' })],
  [/^browser\b/i, () => ({ family: 'browser' })],
];

/** The family of a report's tool name. */
export function toolFamilyOf(name: string): ToolFamily {
  const family = FAMILIES.find(([pattern]) => pattern.test(name))?.[1](name);
  return family ?? { family: 'function', name: identifier(name) || 'tool' };
}

/** `mcp github list_issues` is `mcp__github__list_issues`; a server that is not named is `server`. */
function mcpName(name: string): string {
  const [, ...words] = name.split(/\s+/);
  const [server, ...tool] = words.length > 1 ? words : ['server', ...words];
  return `mcp__${identifier(server ?? 'server')}__${identifier(tool.join('_')) || 'call'}`;
}

/** `Tailscale API` is `tailscale`. */
function systemOf(name: string): string {
  const word = name
    .split(/[^A-Za-z0-9]+/)
    .find((part) => !/^(?:api|http|fetch|webfetch|curl|cli|script)?$/i.test(part));
  return word?.toLowerCase() ?? 'service';
}

/** A name as tools have them: lower case, words joined by `_`, no asides. */
export function identifier(text: string): string {
  return text
    .replaceAll(/\([^()]*\)/g, ' ')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_|_$/g, '');
}
