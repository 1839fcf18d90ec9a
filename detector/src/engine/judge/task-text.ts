import { environmentName, isProduction } from './environments.ts';

/** What the text of a task says about how far it goes. Only ever raises the tier: no text, no limits. */
export interface TaskLimits {
  /** The words that forbid changes, when there are such. */
  readonly forbids?: string | undefined;
  /** The words that ask to look, in a text that asks for no change. */
  readonly looks?: string | undefined;
  /** The only environment that it names, when that is none of production's. */
  readonly environment?: string | undefined;
}

const FORBIDS = [
  /\b(?:code|action|change|deploy(?:ment)?|write)(?:[ -]and[ -]\w+)?[ -]freeze\b/i,
  /\b(?:take|make|do) no (?:actions?|changes?)\b/i,
  /\bno (?:changes?|actions?|deletions?|writes?)(?: \w+){0,3} (?:allowed|until|without|before|unless)\b/i,
  /\b(?:do not|don't|never|must not) (?:change|modify|delete|remove|overwrite|touch|alter|drop|reset|deploy|write|execute|send)(?: (?:to|any|the|my|our|existing|current|live|production|anything|data|user|real)){0,4} (?:anything|data|database|databases|production|records?|files?|rows?|tables?|emails?|e-mails?|users?|history|them|it)\b/i,
  /\b(?:does|must|should|do) not (?:get|be) (?:overwritten|deleted|removed|changed|touched|lost|dropped|reset)\b/i,
  /(?:^|[.;:,(]\s*|\b(?:keep (?:it|this)|this is|strictly|purely|please) )(?:read|look|analysis|inspect|investigation|report|suggest|review)[ -]only\b/i,
  /\b(?:read|look|analysis|investigation|report|review)[ -]only (?:task|check|review|analysis|investigation|session|please|work)\b/i,
  /\bonly (?:look|read|report|suggest|analyse|analyze|investigate|review)\b/i,
  /\buntil (?:i|we) (?:say|tell|confirm|approve)|\bwithout (?:my|our|asking for|explicit) (?:approval|permission|confirmation)\b/i,
];

/** Where a clause of a request begins. */
const CLAUSE = String.raw`(?:^|[.;:,!?\n•*-]\s*|\b(?:and|then|to|also|please|now|can you|could you|you should|let's|just)\s+)(?:then |also |please |now |just )?`;

const LOOKS =
  /^\W*(?:please |can you |could you |help (?:me )?(?:to )?)?(?:is|are|was|were|does|do|did|what|which|who|why|how|where|when|has|have|look|check|review|read|summari[sz]e|explain|describe|list|show|investigate|inspect|analy[sz]e|audit|estimate|diagnose|question|understand|tell me|find out)\b/i;

/** A clause that asks for a change of some kind. */
const CHANGES = new RegExp(
  String.raw`${CLAUSE}(?:fix|chang|modif|updat|add|creat|writ|implement|build|remov|delet|drop|clean|clear|reset|replac|renam|mov|copy|migrat|deploy|instal|uninstal|upgrad|downgrad|restart|stop|start|run|set|configur|refactor|merg|push|commit|revert|restor|rebas|send|email|e-mail|reply|pay|transfer|book|cancel|buy|order|post|publish|upload|shar|invit|grant|appl|convert|generat|organi[sz]|free|purg|prun|kill|scal|provision|import|export|sav|mak|edit|correct|resolv|solv|repair|wip|empt|forc|execut|insert|put|append|truncat|zip|compress|extract|download|handl|draft|prepare|us|do|turn|enabl|disabl|increas|reduc|return|exchang|chang)\w*`,
  'i',
);

const ENVIRONMENT =
  /\b(prod|production|prd|live|staging|stage|stg|uat|pre-?prod|dev|development|test environment|testing environment|qa|sandbox|local(?:host)?)\b/gi;

/** Reads the limits of a task's text. Heuristic: what it finds may ask a person, and refuses nothing by itself. */
export function limitsOf(text: string | undefined): TaskLimits {
  if (text === undefined || text === '') return {};
  const forbids = FORBIDS.map((pattern) => pattern.exec(text)?.[0]).find((words) => words !== undefined);
  const looks = text.length <= 600 && !CHANGES.test(text) ? LOOKS.exec(text)?.[0].trim() : undefined;
  return { forbids, looks, environment: environmentOf(text) };
}

function environmentOf(text: string): string | undefined {
  const named = new Set<string>();
  for (const [, word = ''] of text.matchAll(ENVIRONMENT))
    named.add(environmentName(word.replace(/ environment$/i, '')));
  const [only] = named;
  return named.size === 1 && only !== undefined && !isProduction(only) ? only : undefined;
}
