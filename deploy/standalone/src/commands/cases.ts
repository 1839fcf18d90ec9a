import { styleText } from 'node:util';
import { analystVerdictSchema, type CaseView, caseViewSchema, HaltwireError } from '@haltwire/schemas';
import { z } from 'zod';
import { type ApiClient, createApiClient, readServerAccess, serverFlags, serverFlagsHelp } from '../cli/api-client.ts';
import { type Command, readFlags, UsageError } from '../cli/command.ts';
import { cut, oneLine } from '../terminal/text.ts';
import { explanationOf } from '../why/explanation.ts';
import { gatherFacts } from '../why/gather.ts';
import { explanationLines } from '../why/print.ts';

const WIDTH = 110;
const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'];

async function casesOf(api: ApiClient): Promise<CaseView[]> {
  const answer = await api.request('GET', '/v1/cases?limit=1000');
  const { cases } = z.object({ cases: z.array(caseViewSchema) }).parse(answer);
  const grave = ({ severity }: CaseView) => SEVERITIES.indexOf(severity);
  return cases.sort((a, b) => grave(a) - grave(b) || b.lastAt - a.lastAt);
}

function listLines(cases: readonly CaseView[], width: number): string[] {
  if (cases.length === 0) return ['There is no case: nothing was noticed yet.'];
  return cases.flatMap(({ caseId, severity, title, agentId, decisions, openedAt, verdicts = [] }) => [
    `${styleText('bold', severity.padEnd(8))}  ${caseId}  ${oneLine(agentId)}  ${decisions} decision${decisions === 1 ? '' : 's'}, opened ${new Date(openedAt).toISOString().slice(0, 19)}Z`,
    `          ${cut(oneLine(title), width - 10)}`,
    ...verdicts.map(
      ({ verdict, by, reason }) => `          ${verdict}, says ${oneLine(by)}: ${cut(oneLine(reason), width - 30)}`,
    ),
  ]);
}

async function show(api: ApiClient, id: string, width: number): Promise<{ json: unknown; lines: string[] }> {
  const facts = await gatherFacts(api, id);
  if (facts.decision.caseId !== id)
    throw new HaltwireError(
      'HALTWIRE_NOT_FOUND',
      `${id} is no case: haltwire why explains it, haltwire cases lists cases.`,
    );
  const decisions = facts.session.filter(({ decision }) => decision !== 'allow');
  const explanation = explanationOf(facts);
  const head = facts.case === undefined ? [] : [...listLines([facts.case], width), ''];
  return {
    json: { case: facts.case, decisions, gravest: explanation },
    lines: [...head, ...explanationLines(explanation, width)],
  };
}

export const cases: Command = {
  name: 'cases',
  summary: 'list what was noticed, one case per session, the gravest first; show one',
  help: `Usage: haltwire cases [--json]
       haltwire cases show ID [--json]
       haltwire cases verdict ID right|wrong|expected --reason TEXT

A case holds everything above "allow" of one session. show explains its gravest decision, with all that came before and
after it. verdict records what you make of it: right (it was what it looked like), wrong (a false alarm) or expected (true,
but as it should be). Needs a responder's token.

  --reason TEXT      why; kept with the verdict
  --json             print JSON
${serverFlagsHelp}

Example:
  haltwire cases show case_4f2c1b
`,
  async run(args) {
    const { values, positionals } = readFlags(args, {
      ...serverFlags,
      json: { type: 'boolean', default: false },
      reason: { type: 'string' },
    });
    const [action, id, ...rest] = positionals;
    const width = Math.min(WIDTH, process.stdout.columns || WIDTH);
    const print = (json: unknown, lines: readonly string[]): void =>
      void process.stdout.write(values.json ? `${JSON.stringify(json)}\n` : `${lines.join('\n')}\n`);
    if (action === undefined) {
      const found = await casesOf(createApiClient(readServerAccess(values)));
      print({ cases: found }, listLines(found, width));
      return 0;
    }
    if (action === 'verdict') {
      const { json, lines } = await judge(id, rest, values);
      print(json, lines);
      return 0;
    }
    if (action !== 'show' || id === undefined || rest.length > 0)
      throw new UsageError(
        `cases ${positionals.join(' ')} is not known: use cases, cases show ID, or cases verdict ID WORD.`,
      );
    const { json, lines } = await show(createApiClient(readServerAccess(values)), id, width);
    print(json, lines);
    return 0;
  },
};

async function judge(
  id: string | undefined,
  [word, ...rest]: readonly string[],
  values: Parameters<typeof readServerAccess>[0] & { readonly reason?: string | undefined },
): Promise<{ json: unknown; lines: string[] }> {
  const verdict = analystVerdictSchema.safeParse(word);
  if (id === undefined || !verdict.success || rest.length > 0)
    throw new UsageError('cases verdict needs a case and one of right, wrong or expected.');
  if (values.reason === undefined || values.reason.trim() === '')
    throw new UsageError('--reason is missing: say why, for those who look at it later.');
  const api = createApiClient(readServerAccess(values));
  const found = (await casesOf(api)).find(({ caseId }) => caseId === id);
  if (found === undefined)
    throw new HaltwireError('HALTWIRE_NOT_FOUND', `There is no case ${id}: haltwire cases lists them.`);
  const body = { sessionKey: found.sessionKey, verdict: verdict.data, reason: values.reason };
  const answer = await api.request('POST', '/v1/sessions/verdict', body);
  return { json: answer, lines: [`Recorded: ${id} is ${verdict.data}.`] };
}
