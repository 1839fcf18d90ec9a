const MOST = 64;
const EMAIL = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}/g;
const URL_HOST =
  /\b(?:https?|ftp|wss?):\/\/(?:[^\s/@]{1,200}@)?([\w-]{1,63}(?:\.[\w-]{1,63}){1,8}|\[[0-9a-f:]+\])(?::\d{1,5})?/gi;
const BARE_HOST = /\bwww\.[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}/gi;
/** IBANs, and long numbers as accounts and telephones have them. */
const ACCOUNT = /\b[A-Z]{2}\d{2}[A-Z0-9]{10,30}\b|\+?\b\d{9,20}\b/g;
const WALLET = /\b0x[0-9a-fA-F]{40}\b|\bbc1[0-9a-z]{20,60}\b/g;
/** Longer texts are read up to here. */
const READ = 16_384;

/**
 * Addresses in a text: e-mail, hosts of URLs, accounts, wallets. Lower case, each once, 64 at most.
 *
 * @example
 * addressesIn('mail bob@x.example, see https://y.example/a') // ['bob@x.example', 'y.example']
 */
export function addressesIn(text: string): string[] {
  const read = text.slice(0, READ);
  if (!/[@.\d]/.test(read)) return [];
  const found = new Set<string>();
  for (const pattern of [EMAIL, ACCOUNT, WALLET])
    for (const [one] of read.matchAll(pattern)) found.add(one.toLowerCase());
  for (const match of read.matchAll(URL_HOST)) found.add((match[1] ?? '').toLowerCase());
  for (const [one] of read.matchAll(BARE_HOST)) found.add(one.toLowerCase());
  found.delete('');
  return [...found].slice(0, MOST);
}

/** The texts among a call's arguments, joined; bounded. */
export function argumentText(args: unknown): string {
  if (typeof args === 'string') return args.slice(0, READ);
  const parts: string[] = [];
  const open: unknown[] = [args];
  for (let seen = 0; open.length > 0 && seen < 256; seen += 1) {
    const next = open.pop();
    if (typeof next === 'string') parts.push(next.slice(0, READ));
    else if (typeof next === 'number') parts.push(String(next));
    else if (typeof next === 'object' && next !== null) open.push(...Object.values(next).slice(0, 64));
  }
  return parts.join('\n').slice(0, READ);
}
