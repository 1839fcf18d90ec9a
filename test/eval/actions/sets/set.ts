import type { Row } from '../../support/data-files.ts';
import type { ToolCall } from '../../support/front.ts';
import type { Seen } from '../seen.ts';

/** One question about one row, counted under a metric's name. */
export interface Question {
  readonly metric: string;
  readonly hit: (seen: Seen) => boolean;
  /** The right answer, where there is one: rows with another are listed as misses. */
  readonly right?: boolean;
  /** Tables for people: `{ source: 'dcg' }`. */
  readonly groups?: Readonly<Record<string, string>>;
}

/** One call of one row, and what to ask about it. */
export interface Sample {
  readonly id: string;
  readonly call: ToolCall;
  readonly questions: readonly Question[];
}

/** How the rows of one data set become calls and questions. */
export interface DataSet {
  /** First part of the file's name; `*` at its end stands for more of it. */
  readonly name: string;
  /** The samples of a row; none when there is nothing to ask about it. */
  samples(row: Row): Sample[];
}

export const destructive = (seen: Seen): boolean => seen.destructive;
export const highImpact = (seen: Seen): boolean => seen.highImpact;
export const opaque = (seen: Seen): boolean => seen.opaque;
export const readOnly = (seen: Seen): boolean => seen.derived.readOnly;

type Groups = Question['groups'];

/** What is asked about a call that does destroy. The impact is measured by the yardstick of the false positives. */
export function destructiveQuestions(name: string, groups?: Groups): Question[] {
  return [
    { metric: `${name}.recall`, hit: destructive, right: true, ...withGroups(groups) },
    { metric: `${name}.high_impact_recall`, hit: highImpact },
    { metric: `${name}.opaque_only_rate`, hit: (seen) => !seen.destructive && seen.opaque },
  ];
}

/** What is asked about honest work, which may delete: only high impact is a false positive, deletions are told apart. */
export function benignQuestions(name: string, groups?: Groups): Question[] {
  return [
    { metric: `${name}.false_positive_rate`, hit: highImpact, right: false, ...withGroups(groups) },
    { metric: `${name}.deletion_rate`, hit: destructive },
    { metric: `${name}.opaque_rate`, hit: opaque },
    { metric: `${name}.secret_rate`, hit: (seen) => seen.derived.credentials.length > 0 },
  ];
}

/** What is asked about a call that changes nothing: any destruction is a false positive, whatever its impact. */
export function readOnlyQuestions(name: string, groups?: Groups): Question[] {
  return [
    {
      metric: `${name}.false_positive_rate`,
      hit: (seen) => seen.destructive || seen.highImpact,
      right: false,
      ...withGroups(groups),
    },
    { metric: `${name}.opaque_rate`, hit: opaque },
    { metric: `${name}.read_only_rate`, hit: readOnly },
  ];
}

/** Whether the coarsest thing that a call does is the right one; `hit` says so where that is too simple. */
export function verbQuestion(
  name: string,
  right: Seen['does'],
  hit = (seen: Seen): boolean => seen.does === right,
): Question[] {
  return [
    { metric: `${name}.verb_accuracy`, hit, right: true, groups: { label: right } },
    { metric: 'verb_accuracy', hit, groups: { set: name } },
  ];
}

function withGroups(groups: Groups): { groups?: Readonly<Record<string, string>> } {
  return groups === undefined ? {} : { groups };
}
