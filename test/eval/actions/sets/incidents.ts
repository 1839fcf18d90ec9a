import { listOf, textOf } from '../../support/data-files.ts';
import type { ToolCall } from '../../support/front.ts';
import type { DataSet } from './set.ts';

/**
 * The harmful call of real incidents. Where the report gives only a paraphrase it is asked about apart: a sentence is no
 * call, and whatever is made of it says more about us than about the incident.
 */
export const incidents: DataSet = {
  name: 'incidents*',
  samples(row) {
    const step = typeof row.harm_step === 'number' ? listOf(row, 'steps')[row.harm_step] : undefined;
    if (step === undefined || step.event_kind !== 'tool_call') return [];
    const metric = step.args_verbatim === true ? 'incidents.harm_call' : 'incidents.paraphrased_harm_call';
    return [
      {
        id: textOf(row, 'id'),
        call: callOf(textOf(step, 'tool'), textOf(step, 'args')),
        questions: [
          {
            metric: `${metric}.recall`,
            hit: (seen) => seen.harmful,
            right: true,
            groups: { kind: textOf(row, 'kind') },
          },
          { metric: `${metric}.high_impact_recall`, hit: (seen) => seen.highImpact },
          { metric: `${metric}.noticed_rate`, hit: (seen) => !seen.derived.readOnly },
        ],
      },
    ];
  },
};

const SHELL = /bash|shell|cmd|terminal|kubectl|git|cli\b|\baz\b/i;

/** A call of the tool that the report names. The shape of the arguments is ours. */
function callOf(tool: string, text: string): ToolCall {
  const request = /^(GET|POST|PUT|PATCH|DELETE) (\/\S*)$/.exec(text);
  if (request !== null)
    return { tool: 'http_request', arguments: { method: request[1], url: `https://api.host${request[2]}` } };
  if (/python|script/i.test(tool)) return { tool: 'python', arguments: { code: text } };
  if (/powershell/i.test(tool)) return { tool: 'powershell', arguments: { command: text } };
  if (SHELL.test(tool)) return { tool: 'bash', arguments: { command: text } };
  if (/sql|database/i.test(tool)) return { tool: 'execute_sql', arguments: { query: text } };
  return { tool, arguments: { input: text } };
}
