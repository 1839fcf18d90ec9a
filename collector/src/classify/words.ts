import type { Verb } from '@haltwire/schemas';
import { adverbs, aliases, holders, nouns, prepositions, singulars, strongVerbs, weakVerbs } from './lexicon.ts';

/** The act that a plain verb names; done again (`redeploy`, `recreate`) it is the same act. */
function strongVerb(word: string): Verb | undefined {
  const plain = strongVerbs.get(word);
  if (plain !== undefined || weakVerbs.has(word) || !/^re[a-z]{4}/.test(word)) return plain;
  return strongVerbs.get(word.slice(2));
}

/**
 * Splits a name into lower-case words: snake, kebab, dotted, camel, with acronyms kept whole.
 *
 * @example
 * splitWords('deleteDNSRecord') // ['delete', 'dns', 'record']
 */
export function splitWords(name: string): string[] {
  const words = name.slice(0, 400).match(/[A-Z]+(?![a-z])\d*|[A-Z]?[a-z]+\d*|\d+/g) ?? [];
  return words.map((word) => word.toLowerCase());
}

/** The singular of an English noun, by its ending. */
export function singular(word: string): string {
  if (singulars.has(word) || word.length < 4 || /(?:ss|us|is)$/.test(word)) return word;
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (/(?:sses|ches|shes|xes)$/.test(word)) return word.slice(0, -2);
  return word.endsWith('s') ? word.slice(0, -1) : word;
}

/** The kind of thing that words name: kebab case, singular. */
export function resourceOf(words: readonly string[]): string {
  const kept = words.filter((word) => !/^\d+$/.test(word));
  const last = kept.at(-1);
  if (last === undefined) return 'unknown';
  const whole = [...kept.slice(0, -1), singular(last)].join('-');
  return (aliases.get(last) !== undefined && kept.length === 1 ? aliases.get(last) : aliases.get(whole)) ?? whole;
}

/** What a name says is done, to what. */
export interface NamedAct {
  readonly verb: Verb;
  /** Kind of thing; `unknown` when the name is a verb only. */
  readonly resource: string;
  /** The word that says so. */
  readonly word: string;
  /** The verb is one that is no noun too. */
  readonly sure: boolean;
}

/**
 * Reads a name as verb and thing: `volumeDelete`, `delete_volume`, `customDomainCreate`, `volumes:destroy`.
 *
 * The first word wins if it is a verb, then the last, then any: nouns that are verbs too come after the plain verbs.
 *
 * @example
 * actOf('customDomainCreate') // { verb: 'create', resource: 'custom-domain', word: 'create', sure: true }
 */
export function actOf(name: string, ignored: ReadonlySet<string> = new Set()): NamedAct | undefined {
  const words = splitWords(name).filter((word) => !ignored.has(word));
  const first = words.findIndex((word) => !adverbs.has(word));
  const at = verbAt(words, first);
  const word = words[at];
  if (word === undefined) return undefined;
  const verb = strongVerb(word) ?? weakVerbs.get(word);
  if (verb === undefined) return undefined;
  const sure = strongVerb(word) !== undefined;
  // `reset_password` sets back, `db_reset` empties.
  // `schedule_key_deletion`, `initiate_account_removal`: the deletion is the thing that is made.
  if ((verb === 'create' || verb === 'execute') && words.some((other) => DELETION.test(other)))
    return {
      verb: 'delete',
      resource: thingOf(
        words.filter((other) => !DELETION.test(other)),
        0,
      ),
      word,
      sure,
    };
  const emptied = prepositions.has(words[at + 1] ?? '');
  if (word === 'reset' && !emptied && !words.some((other) => other !== word && holders.has(singular(other)))) {
    const alone = words.every((other) => other === word || adverbs.has(other));
    return { verb: alone ? 'delete' : 'update', resource: thingOf(words, at), word, sure };
  }
  // `search_and_delete`: the worse of two acts that one name joins.
  const joined = /[_-](?:and|or)[_-]/.test(name) ? words.find((other) => strongVerb(other) === 'delete') : undefined;
  return { verb: joined === undefined ? verb : 'delete', resource: thingOf(words, at), word: joined ?? word, sure };
}

const DELETION = /^(?:deletion|removal|destruction|termination|teardown)s?$/;
const PLAIN_READ = /^(?:get|describe|fetch|retrieve)$/;

function verbAt(words: readonly string[], first: number): number {
  const isStrong = (word: string | undefined) => word !== undefined && strongVerb(word) !== undefined;
  const isWeak = (word: string | undefined) => word !== undefined && weakVerbs.has(word);
  const last = words.length - 1;
  // `deploy_pipeline_get`: a last word that is no noun says what is done with the rest.
  if (last > 1 && PLAIN_READ.test(words[last] ?? '') && words[last - 1] !== 'and') return last;
  if (isStrong(words[first])) return first;
  // `atlas_create_access_list`: a last word that is a thing as well gives way to a plain verb before it.
  const before = nouns.has(words[last] ?? '')
    ? words.findIndex((word, at) => at < last && isStrong(word) && !nouns.has(word))
    : -1;
  if (before !== -1) return before;
  if (isStrong(words[last])) return last;
  // `run_query`, `check_status`: a weak verb in front of its object.
  if (isWeak(words[first]) && last > first && !words.slice(first + 1).some(isStrong)) return first;
  const anyStrong = words.findIndex(isStrong);
  if (anyStrong !== -1) return anyStrong;
  if (isWeak(words[last])) return last;
  return words.findIndex(isWeak);
}

function thingOf(words: readonly string[], at: number): string {
  const after = words.slice(at + 1);
  const stop = after.findIndex((word) => prepositions.has(word));
  const object = (stop === -1 ? after : after.slice(0, stop)).filter((word) => !adverbs.has(word));
  const things = object.filter((word) => strongVerb(word) === undefined || nouns.has(word));
  if (things.length > 0) return resourceOf(things);
  return resourceOf(words.slice(0, at).filter((word) => !adverbs.has(word) && strongVerb(word) === undefined));
}
