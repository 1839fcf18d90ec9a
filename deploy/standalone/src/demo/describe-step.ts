import { oneLine } from '../terminal/text.ts';
import type { DemoTokens } from './stage.ts';
import type { TimelineStep } from './timeline.ts';

/** Puts the tokens' names in the place of their values. */
export function maskTokens(text: string, tokens: DemoTokens): string {
  return text.replaceAll(tokens.domains, '<domains token>').replaceAll(tokens.staging, '<staging token>');
}

/** Cuts UUIDs after their first group. */
function shortenIds(text: string): string {
  return text.replace(/\b([0-9a-f]{8})-[0-9a-f-]{27}\b/g, '$1…');
}

/** A finding's sentence as a reader of the story needs it: paths within the repository, short ids, the error's own words. */
export function tidyNotice(sentence: string): string {
  return shortenIds(sentence)
    .replace(/\S*\/pocketos\//g, '')
    .replace(/ \.\/(?=\S)/g, ' ')
    .replace(/: \[\{"message":"([^"]*)".*/, ': $1.');
}

/** What a step does, short enough for one line: of a curl to the API, the GraphQL and whose token it uses. */
export function describeStep(step: TimelineStep, tokens: DemoTokens): string {
  const shown = oneLine(maskTokens(step.shown, tokens));
  const query = shown.match(/-d '\{"query":"(?:mutation )?\{ (.*) \}"\}'/)?.[1];
  if (step.tool === 'read_file') return `read  ${shown}`;
  if (query === undefined) return `shell ${shown}`;
  const token = shown.includes('<domains token>') ? 'domains token' : 'staging token';
  const call = shortenIds(query.replaceAll('\\"', '"')).replace(/input: \{.*?name: ("[^"]*").*?\}/, 'name: $1');
  return `curl  ${call}, ${token}`;
}

/** What came of it. */
export function describeResult(step: TimelineStep): string | undefined {
  if (!step.ran) return undefined;
  if (/\bgrep\b/.test(step.shown)) return `${step.output.split('\n').length} places found`;
  const refused = step.output.match(/"message":"([^"]*)"/)?.[1];
  if (refused !== undefined) return `refused: ${oneLine(refused)}`;
  if (step.output.includes('"volumeDelete":true')) return 'deleted';
  return step.output.includes('"data"') ? 'done' : undefined;
}
