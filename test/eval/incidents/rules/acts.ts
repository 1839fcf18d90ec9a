import { isStop } from './words.ts';

/** What a paraphrase says that the agent does. */
export type ActName =
  | 'delete'
  | 'cancel'
  | 'move'
  | 'copy'
  | 'create'
  | 'update'
  | 'post'
  | 'send'
  | 'read'
  | 'list'
  | 'search'
  | 'grant'
  | 'accept'
  | 'run';

/** An act and its object. */
export interface Act {
  readonly name: ActName;
  /** What it is done to, as far as the text goes on about it; else what comes before. */
  readonly rest: string;
}

const ACTS: readonly (readonly [ActName, RegExp])[] = [
  [
    'delete',
    /(?<![\w-])(?:delet(?:e[sd]?|ing|ion)|remov(?:e[sd]?|ing|al)|drop(?:s|ped|ping)?|destroy(?:s|ed|ing)?|destructive|wip(?:e[sd]?|ing)|trash(?:es|ed)?|purg(?:e[sd]?|ing)|eras(?:e[sd]?|ing)|prun(?:e[sd]?|ing)|clean(?:s|ed|ing)?)\b/i,
  ],
  ['cancel', /(?<![\w-])cancel(?:s|led|ling)?\b/i],
  ['move', /(?<![\w-])(?:mov(?:e[sd]?|ing)|renam(?:e[sd]?|ing))\b/i],
  ['copy', /(?<![\w-])cop(?:y|ies|ied|ying)\b/i],
  ['post', /(?<![\w-])(?:post(?:s|ed|ing)?|comment(?:s|ed|ing)?|publish(?:es|ed|ing)?)\b/i],
  ['send', /(?<![\w-])(?:send(?:s|ing)?|sent|e-?mail(?:s|ed|ing))\b/i],
  [
    'update',
    /(?<![\w-])(?:chang(?:e[sd]?|ing)|edit(?:s|ed|ing)?|modif(?:y|ies|ied)|(?:force-)?updat(?:e[sd]?|ing)|set(?:s|ting)?|restructur(?:e[sd]?|ing)|fix(?:es|ed|ing)?|reset(?:s|ting)?|overwrit(?:e[s]?|ten|ing)|writ(?:e[s]?|ten|ing)|commit(?:s|ted)?)\b/i,
  ],
  [
    'create',
    /(?<![\w-])(?:creat(?:e[sd]?|ing)|recreat(?:e[sd]?|ing)|reinstat(?:e[sd]?|ing)|restor(?:e[sd]?|ing)|new|add(?:s|ed|ing)?|book(?:s|ed|ing)?|generat(?:e[sd]?|ing)|made-up|build(?:s|ing)?)\b/i,
  ],
  ['grant', /(?<![\w-])(?:grant(?:s|ing)?|unlock(?:s|ed|ing)?)\b/i],
  ['accept', /(?<![\w-])(?:accept(?:s|ed|ing)?|confirm(?:s|ed|ing)?|approv(?:e[sd]?|ing)|answer(?:s|ed)? yes)\b/i],
  ['list', /(?<![\w-])list(?:s|ed|ing)?\b/i],
  ['search', /(?<![\w-])(?:search(?:es|ed|ing)?|find(?:s|ing)?|locat(?:e[sd]?|ing))\b/i],
  [
    'read',
    /(?<![\w-])(?:read(?:s|ing)?|view(?:s|ed)?|open(?:s|ed|ing)?|look(?:s|ed|ing)?|inspect(?:s|ed|ing)?|print(?:s|ed|ing)?|show(?:s|n|ed|ing)?|check(?:s|ed|ing)?|status|prob(?:e[sd]?|ing)|quer(?:y|ies)|analys(?:is|e[sd]?|ing)|summaris(?:e[sd]?|ing)|review(?:s|ed|ing)?|investigat(?:e[sd]?|ing)|plan)\b/i,
  ],
  [
    'run',
    /(?<![\w-])(?:run(?:s|ning)?|ran|start(?:s|ed|ing)?|execut(?:e[sd]?|ing)|call(?:s|ed|ing)?|appl(?:y|ies|ied)|unpack(?:s|ed)?|instruct(?:s|ed)?|attempts?|push(?:es|ed)?)\b/i,
  ],
];

/** Acts that change nothing. */
export const READING: ReadonlySet<ActName> = new Set<ActName>(['read', 'list', 'search']);

/** What is said not to be done. */
const NEGATED = /\b(?:not|never|without)\s+(?:being\s+)?[a-z]+(?:ing|ed)\b/gi;

/** The first act that a text names; where two begin at one word, the earlier of the list. */
export function actOf(text: string): Act | undefined {
  const said = text.replaceAll(NEGATED, (negated) => ' '.repeat(negated.length));
  let first: { name: ActName; at: number; end: number } | undefined;
  for (const [name, pattern] of ACTS) {
    const found = pattern.exec(said);
    if (found !== null && (first === undefined || found.index < first.at))
      first = { name, at: found.index, end: found.index + found[0].length };
  }
  if (first === undefined) return undefined;
  const after = text.slice(first.end).trim();
  const goesOn = after !== '' && (!isStop(after.split(/\s+/)[0] ?? '') || /^(?:of|on|to)\b/i.test(after));
  return { name: first.name, rest: goesOn ? after : text.slice(0, first.at).trim() };
}

/** Every act that a text names. */
export function actsIn(text: string): ActName[] {
  return ACTS.filter(([, pattern]) => pattern.test(text)).map(([name]) => name);
}
