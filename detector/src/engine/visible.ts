/** Control characters but newline and tab, format and direction marks, fillers, odd spaces, private use. */
const UNSEEN = /[^\P{C}\n\t]|[\u2028\u2029\u2800]|[^\P{Zs} ]|\p{Default_Ignorable_Code_Point}/gu;

/** Plain text, which most is: nothing to look for. */
const PRINTABLE = /^[\n\t -~]*$/;

/**
 * Writes what a reader would not see, or what could steer a terminal, as `\u{…}`.
 *
 * @example
 * visible('ls \u202e') // 'ls \\u{202e}'
 */
export function visible(text: string): string {
  if (PRINTABLE.test(text)) return text;
  return text.replace(UNSEEN, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
