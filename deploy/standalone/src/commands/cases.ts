import { styleText } from 'node:util';
import { type CaseView, caseViewSchema, HaltwireError } from '@haltwire/schemas';
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
  return cases.flatMap(({ caseId, severity, title, agentId, decisions, openedAt }) => [
    `${styleText('bold', severity.padEnd(8))}  ${caseId}  ${oneLine(agentId)}  ${decisions} decision${decisions === 1 ? '' : 's'}, opened ${new Date(openedAt).toISOString().slice(0, 19)}Z`,
    `          ${cut(oneLine(title), width - 10)}`,
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

A case holds everything above "allow" of one session. show explains its gravest decision, with all that came before and
after it.

  --json             print JSON
${serverFlagsHelp}

Example:
  haltwire cases show case_4f2c1b
`,
  async run(args) {
    const { values, positionals } = readFlags(args, { ...serverFlags, json: { type: 'boolean', default: false } });
    const [action, id, ...rest] = positionals;
    const width = Math.min(WIDTH, process.stdout.columns || WIDTH);
    const print = (json: unknown, lines: readonly string[]): void =>
      void process.stdout.write(values.json ? `${JSON.stringify(json)}\n` : `${lines.join('\n')}\n`);
    if (action === undefined) {
      const found = await casesOf(createApiClient(readServerAccess(values)));
      print({ cases: found }, listLines(found, width));
      return 0;
    }
    if (action !== 'show' || id === undefined || rest.length > 0)
      throw new UsageError(`cases ${positionals.join(' ')} is not known: use cases, or cases show ID.`);
    const { json, lines } = await show(createApiClient(readServerAccess(values)), id, width);
    print(json, lines);
    return 0;
  },
};
