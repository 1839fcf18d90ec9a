import { fileURLToPath } from 'node:url';
import { compiled, regexLiteralsIn, skeletonOf } from '@haltwire/schemas/testing';
import { describe, expect, it } from 'vitest';

const literals = regexLiteralsIn(fileURLToPath(new URL('.', import.meta.url)));

/** A group with an endless repetition inside that is itself repeated endlessly: `(a+)*`. */
function repeatsTwice(literal: string): boolean {
  const open: boolean[] = [];
  const text = skeletonOf(literal);
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '(') open.push(false);
    else if (character === '*' || character === '+' || /^\{\d+,\}/.test(text.slice(at, at + 8)))
      open.splice(0, open.length, ...open.map(() => true));
    else if (character === ')') {
      const inner = open.pop() === true;
      if (inner && /^(?:[*+]|\{\d+,\})/.test(text.slice(at + 1, at + 9))) return true;
    }
  }
  return false;
}

/** Each turn of the outer repetition begins with a mark that the inner class leaves out: only one way to split. */
const DELIMITED = [
  String.raw`/\{([^{},]*(?:,[^{},]*)+)\}/`,
  String.raw`/^[\s,\ufeff]*(?:#[^\n]*\n[\s,]*)*(?:\{[\s,]*[_A-Za-z.#]|(?:query|mutation|subscription|fragment)\b[\s,]*[\w({$@#])/`,
  String.raw`/^(?:api|apis|rest|v\d+(?:[a-z]+\d*)?|\d+(?:\.\d+)+|public|internal|latest|index\.php|graphql|rpc|services?)$/i`,
];

describe('the regular expressions of the classifier', () => {
  it('are found by this test', () => {
    expect(literals.length).toBeGreaterThan(400);
    expect(repeatsTwice('/(?:a+b)*/')).toBe(true);
    expect(repeatsTwice('/(?:a+b)?[(+]*/')).toBe(false);
  });

  it('repeat nothing that repeats, unless a mark parts the turns', () => {
    // Each turn of `(?:-\\w+ )*` ends with a blank, which the inner class leaves out.
    const parted = literals.map(({ file, literal }) => ({ file, literal: literal.replace('(?:-\\w+ )*', '') }));
    expect(parted.filter(({ literal }) => repeatsTwice(literal) && !DELIMITED.includes(literal))).toEqual([]);
  });

  it('have no three endless dots, and no two like classes side by side', () => {
    const twice = /(?:\.[*+][^|)]*){2}\.[*+]|(\\[swdS])[*+]\1[*+]/;
    expect(literals.filter(({ literal }) => twice.test(literal))).toEqual([]);
  });

  it('take a hundred times longer text without trouble', () => {
    // A pattern that is cubic would not end on these; no clock is asked.
    const units = [
      'a',
      '0',
      ' ',
      '/',
      '.',
      '-',
      '_',
      '=',
      '"',
      '{',
      '(',
      '[',
      ',',
      '#',
      '\\',
      '$',
      'rm ',
      'a.',
      'a_',
      '--',
      'x=',
      '*',
    ];
    let matched = 0;
    for (const { literal } of literals) {
      const pattern = compiled(literal);
      for (const unit of units) if (`${unit.repeat(4000)}\u0001`.search(pattern ?? '') !== -1) matched++;
    }
    expect(matched).toBeGreaterThan(0);
  });
});
