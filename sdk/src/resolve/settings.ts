/** `NAME=value` lines, as `.env` files have them. The first mention counts; quotes are taken off. */
export function envLines(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name = '', raw = ''] = /^\s*(?:export\s+)?([A-Za-z_]\w{0,100})\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === '' || found.has(name)) continue;
    const quoted = /^(["'])(.*?)\1/.exec(raw)?.[2];
    found.set(name, quoted ?? raw.replace(/\s+#.*$/, ''));
  }
  return found;
}

/** The members of one `[section]` of an INI file. */
export function iniSection(text: string, section: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let current = '';
  for (const line of text.split('\n')) {
    const header = /^\s*\[([^\]]{1,200})\]/.exec(line)?.[1];
    if (header !== undefined) current = header.trim();
    else if (current === section) {
      const [, name = '', value = ''] = /^\s*([\w.-]{1,100})\s*=\s*(.*?)\s*$/.exec(line) ?? [];
      if (name !== '' && !found.has(name)) found.set(name, value);
    }
  }
  return found;
}

/** JSON data by a path of keys; undefined when it is not there or no JSON. */
export function jsonAt(text: string | undefined, ...path: readonly string[]): unknown {
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** A text that is not empty, else undefined. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** The value of a flag in a command: `--context prod`, `--context=prod`. */
export function flagOf(text: string, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const found = new RegExp(`(?<![\\w-])${name}[= ]["']?([^\\s"'$\`;|&]{1,200})`).exec(text)?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}
