/** A word as the shell reads it back: bare where it may be, else in single quotes. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A command line of these words. */
export function line(argv: readonly string[]): string {
  return argv.map(quote).join(' ');
}

/** A text in double quotes of the shell. */
export function doubleQuoted(text: string): string {
  return `"${text.replaceAll(/["\\$`]/g, '\\$&')}"`;
}

/** A text as a literal of JavaScript; Python, Perl and Ruby read the same. */
export function literal(text: string): string {
  return JSON.stringify(text).replaceAll(/[$@#]/g, (sign) => `\\x${sign.charCodeAt(0).toString(16)}`);
}
