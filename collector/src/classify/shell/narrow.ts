import type { CommandNode, ParsedScript } from 'unbash';
import { resolvePath } from '../paths.ts';

/** Tests of `find` whose next word is their value, whatever it looks like. */
export const FIND_TESTS =
  /^-(?:(?:i?l?name|i?path|i?wholename|i?regex|type|xtype|(?:max|min)depth|size|perm|user|group|[ug]id|inum|links|fstype|used|samefile|regextype)|[acm](?:time|min)|[acm]?newer(?:[acmB][acmBt])?)$/;
const PLACES_ONLY = /^-(?:type|xtype|(?:max|min)depth|regextype|fstype)$/;

/** Whether a test of `find` picks some files rather than all of a kind. */
export function picks(test: string): boolean {
  return /^-(?:empty|nouser|nogroup)$/.test(test) || (FIND_TESTS.test(test) && !PLACES_ONLY.test(test));
}

/** Whether a command lists what it finds by name, age or content, in a place of limited size. */
export function listsNarrowly(words: readonly string[]): boolean {
  const [name = '', ...args] = words;
  if (/^(?:grep|rg|ag|egrep|fgrep|fd|locate|git|docker|podman|kubectl)$/.test(name)) return true;
  if (name !== 'find') return false;
  const first = args.findIndex((value) => value.startsWith('-'));
  const places = first === -1 ? args : args.slice(0, first);
  return args.some(picks) && !places.some((place) => resolvePath(place, undefined).vast);
}

/** The words of a pipeline's stage as written. */
export function stageWords(node: CommandNode): readonly string[] {
  if (node.type !== 'Command') return [];
  return [node.name?.value ?? '', ...node.args.slice(0, 64).map((word) => (word.type === 'Word' ? word.value : ''))];
}

/** The words of a script's first stage. */
export function firstWords(script: ParsedScript): readonly string[] {
  const node = script.commands[0]?.command;
  if (node === undefined) return [];
  const stage = node.type === 'Pipeline' ? node.commands[0] : node.type === 'AndOr' ? undefined : node;
  return stage === undefined ? [] : stageWords(stage);
}
