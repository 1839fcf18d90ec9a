import type { Effect, Outcome } from '@haltwire/schemas';
import { LIMITS } from './config.ts';
import { cut, isRecord, memberOf, parseJson } from './text.ts';
import type { ClassifyResult } from './types.ts';

type FailureClass = Outcome['class'];

/** What a failure's own words say. First match wins: a refusal matters most. */
const classes: readonly (readonly [FailureClass, RegExp])[] = [
  [
    'authorization',
    /\b(?:401|403)\b|not[ _]authori[sz]ed|unauthori[sz]ed|forbidden|permission[ _]denied|access[ _]?denied|(?:invalid|expired|bad|wrong|missing|revoked|rejected)[ _-](?:[A-Za-z0-9]{1,40}[ _-])?(?:token|api[ _-]?key|credentials?|authentication|signature|password)|(?:token|credentials?|api[ _-]?key)s?[ _](?:[A-Za-z0-9]{1,40}[ _](?:[A-Za-z0-9]{1,40}[ _])?)?(?:mismatch|invalid|expired|rejected|revoked|not valid)|mismatched credentials?|authentication[ _](?:failed|required|error)|not authenticated|unauthenticated|EACCES|EPERM|operation not permitted|insufficient[ _](?:scope|permission|privilege)|expiredtoken|invalidclienttokenid|signaturedoesnotmatch|authfailure|login required|password authentication failed|could not read (?:username|password)/i,
  ],
  ['rate-limit', /\b429\b|rate[ _-]?limit|too many requests|throttl|quota exceeded/i],
  ['timeout', /\b(?:408|504)\b|timed?[ -]?out|ETIMEDOUT|deadline exceeded/i],
  [
    'not-found',
    /\b404\b|not[ _]found|no such (?:file|host|table|container|volume|bucket)|nosuch\w+|ENOENT|does not exist|unknown (?:host|resource)/i,
  ],
  ['conflict', /\b(?:409|412)\b|conflict|already exists|EEXIST|precondition failed/i],
];

/** Result texts longer than this are contents, not messages. */
const SHORT = 2000;

/** A line that a program writes when it fails, or a status line. */
const FAILURE_LINE =
  /^(?:(?:[\w./-]{1,60}: )*(?:error|fatal|failed|failure|denied|unauthorized|forbidden|exception)\b.*|HTTP\/[\d.]+ [45]\d\d.*|(?:status|code|http status|statusCode)["']?\s*[:=]\s*["']?[45]\d\d\b.*|(?:curl|wget|psql|ssh|git|npm|docker|aws|kubectl|remote|bash|sh|zsh|ls|cat|rm|mkdir|cp|mv|railway): .*|(?:An error occurred|Error|ERROR)\b.*|[45]\d\d [A-Z][A-Za-z ]{3,40})$/im;

const SINGLE_LINE = /^[^\n]{1,300}$/;

/** Reads how a call ended: the sender's status, and failures that a successful exit hides. */
export function outcomeOf(result: ClassifyResult, effects: readonly Effect[]): Outcome {
  const text = (result.text ?? '').slice(0, LIMITS.resultText);
  if (result.status === 'error') {
    const said = [result.errorType ?? '', failureIn(text) ?? text].join('\n');
    return { status: 'error', class: classOf(said), evidence: cut(lineThatSays(said), 300) };
  }
  const failure = mayHideFailure(effects) && text.length <= SHORT ? failureIn(text) : undefined;
  if (failure === undefined) return { status: 'ok', class: 'none' };
  return { status: 'error', class: classOf(failure), evidence: cut(lineThatSays(failure), 300) };
}

/** Contents of files say nothing about the call that read them. */
function mayHideFailure(effects: readonly Effect[]): boolean {
  const contents = new Set(['filesystem', 'git']);
  return effects.some(
    (effect) =>
      !(contents.has(effect.system) && /^(?:read|list|search)$/.test(effect.verb)) && effect.resource !== 'text',
  );
}

function classOf(text: string): FailureClass {
  return classes.find(([, pattern]) => pattern.test(text))?.[0] ?? 'other';
}

/** The failure that a text tells of: JSON with errors, or a line as programs write them. */
function failureIn(text: string): string | undefined {
  const trimmed = text.trim();
  const start = trimmed.search(/[{[]/);
  const json = start === -1 || start > 400 ? undefined : parseJson(trimmed.slice(start));
  const told = json === undefined ? undefined : jsonFailure(json);
  if (told !== undefined || (json !== undefined && start === 0)) return told;
  const line = FAILURE_LINE.exec(trimmed)?.[0];
  // One short line that speaks of a refusal is a message, whoever wrote it.
  return line ?? (SINGLE_LINE.test(trimmed) && classOf(trimmed) === 'authorization' ? trimmed : undefined);
}

/** `{errors: [{message}]}`, `{error: …}`, `{message, status: 4xx}`, `{Code, Message}`. */
function jsonFailure(value: unknown): string | undefined {
  const errors = memberOf(value, 'errors') ?? memberOf(value, 'error') ?? memberOf(value, 'Error');
  const empty = errors === undefined || errors === null || errors === false || errors === '';
  if (!empty && !(Array.isArray(errors) && errors.length === 0)) return cut(JSON.stringify(errors), 1000);
  const status = memberOf(value, 'status') ?? memberOf(value, 'statusCode') ?? memberOf(value, 'code');
  const failed =
    (typeof status === 'number' && status >= 400 && status < 600) ||
    memberOf(value, 'success') === false ||
    memberOf(value, 'ok') === false;
  if (failed) return cut(JSON.stringify(value), 1000);
  const message = memberOf(value, 'message') ?? memberOf(value, '__type') ?? memberOf(value, 'detail');
  const bare = isRecord(value) && Object.keys(value).length <= 4 && typeof message === 'string';
  return bare && classOf(message) !== 'other' ? message : undefined;
}

/** The line that carries the class, for the evidence. */
function lineThatSays(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return (lines.find((line) => classOf(line) !== 'other') ?? lines[0] ?? '').trim();
}
