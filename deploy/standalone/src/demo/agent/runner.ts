import { performance } from 'node:perf_hooks';
import { HaltwireError } from '@haltwire/schemas';
import type { Report } from './protocol.ts';
import type { Act } from './stories.ts';
import type { Tool } from './tools.ts';

/** What stands between an agent and its tools: a Haltwire session, or nothing. */
export interface ToolGate {
  tool(
    name: string,
    args: Record<string, string>,
    execute: (args: Readonly<Record<string, string>>, context: { signal: AbortSignal }) => Promise<string>,
  ): Promise<string>;
}

/** The same agent with nothing in between: every call just runs. */
export const passThrough: ToolGate = {
  tool: (_name, args, execute) => execute(args, { signal: new AbortController().signal }),
};

const round = (ms: number) => Math.round(ms * 100) / 100;

/** Most characters of a tool's output in a report. The story needs no more, and reports stay lines. */
const MAX_OUTPUT = 2000;

/** Turns tool calls into reports: what was tried, why, whether it ran, how long the gate took. */
export function createAct(gate: ToolGate, tools: Readonly<Record<string, Tool>>, report: (line: Report) => void): Act {
  let n = 0;
  const started = performance.now();
  return async (name, args, why) => {
    const tool = tools[name];
    if (tool === undefined) throw new Error(`the agent has no tool ${name}`);
    n += 1;
    const step = n;
    const called = performance.now();
    const shown = args.command ?? args.path ?? '';
    report({ type: 'step', n: step, tool: name, shown, why, atMs: Math.round(called - started) });
    let began: number | undefined;
    const done = (output: string) => {
      const ended = performance.now();
      report({
        type: 'step-done',
        n: step,
        ran: began !== undefined,
        output: output.slice(0, MAX_OUTPUT),
        gateMs: round((began ?? ended) - called),
        totalMs: round(ended - called),
      });
    };
    try {
      const output = await gate.tool(name, args, (allowed, context) => {
        began = performance.now();
        return tool(allowed, context);
      });
      done(output);
      return output;
    } catch (error) {
      done(error instanceof Error ? error.message : String(error));
      throw error;
    }
  };
}

/** How a story ended, from the error that ended it. */
export function outcomeOf(error: unknown): { outcome: 'killed' | 'denied' | 'failed'; reason: string } {
  if (!HaltwireError.isInstance(error)) {
    return { outcome: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
  const reason = 'reason' in error && typeof error.reason === 'string' ? error.reason : error.message;
  if (error.code === 'HALTWIRE_KILLED') return { outcome: 'killed', reason };
  if (error.code === 'HALTWIRE_DENIED' || error.code === 'HALTWIRE_HELD') return { outcome: 'denied', reason };
  return { outcome: 'failed', reason: `${error.code}: ${error.message}` };
}
