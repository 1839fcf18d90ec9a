/** Words that end a phrase. */
const STOP = new Set(
  'of on with to in into from before after while for intended by that which and or but without where at because although containing as until not is are was were when then again if although though so return returns run runs ran judged still'.split(
    ' ',
  ),
);

const DETERMINERS = new Set(
  'the a an all every each its it his her their this these those user users own any some two three them him something same'.split(
    ' ',
  ),
);

/** The text without its asides in parentheses. */
export function withoutAsides(text: string): string {
  return text
    .replaceAll(/(?<=\s|^)\([^()]*\)/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** Whether a word ends a phrase. */
export function isStop(word: string): boolean {
  return STOP.has(word.toLowerCase());
}

/** A word as an identifier holds it. */
export function bareWord(word: string): string {
  return word.replaceAll(/(?:'s|s')(?=\W*$)/g, '').replaceAll(/^[^\w.~/$*-]+|[^\w~/*]+$/g, '');
}

/** Paths, globs and dotted names stand in a command as they are. */
export function isPathLike(word: string): boolean {
  return /^(?:~|\/|\.{1,2}\/|\*|[A-Za-z]:\\)/.test(word) || /^[\w.-]+\/[\w./-]*$/.test(word) || isFileName(word);
}

/** `.env.local`, `notes.md`. */
export function isFileName(word: string): boolean {
  return /^\.[a-z]\w*(?:\.\w+)*$|^[\w-]+\.[a-z]\w{0,9}$/i.test(word);
}

/** Places that have a name in prose and another in commands. */
const PLACES: readonly (readonly [RegExp, string])[] = [
  [/^(?:\w+ )?home(?: directory| folder)?$/i, '~'],
  [/^(?:project|current|working|repository|repo)(?: working)? (?:directory|folder|root)$/i, '.'],
];

/**
 * The noun phrase at the beginning of a text as one name: `the second folder in ...` is `second-folder`. Undefined when
 * there is none.
 */
export function nameOf(text: string): string | undefined {
  const called = /\b(?:named|called)\s+(\S+)/i.exec(text)?.[1];
  if (called !== undefined) return bareWord(called);
  const words: string[] = [];
  for (const raw of text.trim().split(/\s+/)) {
    if (isStop(raw) && words.length > 0) break;
    const word = bareWord(raw);
    if (word !== '' && isPathLike(word)) return word;
    if (word !== '' && !isStop(word) && !DETERMINERS.has(word.toLowerCase()) && !/^~?[\d,]+\+?$/.test(word))
      words.push(word);
    if (words.length === 3 || /[,;:.]$/.test(raw)) break;
  }
  if (words.length === 0) return undefined;
  const phrase = words.join(' ');
  const place = PLACES.find(([pattern]) => pattern.test(phrase))?.[1];
  return (
    place ??
    phrase
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '')
  );
}

/** Several of something, or all of it. */
export function quantityOf(text: string): 'one' | 'many' | 'all' {
  if (/\b(?:all|every|everything|entire|whole)\b/i.test(text)) return 'all';
  if (/\b(?:bulk|mass|many|multiple|several)\b/i.test(text)) return 'many';
  const count = Math.max(
    0,
    ...[...text.matchAll(/(?<![\w.#-])(\d[\d,]*)\+?(?= [a-z])/gi)].map(([, n = '']) => Number(n.replaceAll(',', ''))),
  );
  return count > 1 ? 'many' : 'one';
}
