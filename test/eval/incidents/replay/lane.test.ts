import { beforeAll, describe, expect, it } from 'vitest';
import { openFront } from '../../support/front.ts';
import { interrupts, Lane } from './lane.ts';
import { Recorder, type SessionCall } from './session.ts';

let recorder: Recorder;
beforeAll(async () => {
  recorder = new Recorder(await openFront());
});

const calls = (...commands: string[]): SessionCall[] =>
  commands.map((command, at) => ({
    call: { tool: 'bash', arguments: { command } },
    at: at * 10,
    result: { status: 'ok' },
  }));
const session = (sessionId: string, ...commands: string[]) =>
  recorder.session({ agentId: 'a', sessionId, prefix: `${sessionId}-` }, '', calls(...commands));

/** Held for no other reason than that the agent has not done it before. */
const NEW_TO_IT = 'find /srv/pages -name "*.cgi" -print0 | xargs -0 -I{} chmod +w {}';

describe('a lane', () => {
  it('says of each call what the engine decided, and a person lets held work go on', () => {
    const verdicts = new Lane().play(session('s', 'ls', 'rm -rf /srv/archive', 'ls'));
    expect(verdicts.map(({ decision }) => decision)).toEqual(['allow', 'hold', 'allow']);
    expect(verdicts[1]?.indicators).toContain('irreversible-destruction');
  });

  it('breaks no rule of a call’s life of its own: nothing starts unasked, no number is missing', () => {
    const said = new Lane().play(session('s', ...Array.from({ length: 12 }, () => 'rm -rf /srv/archive'), 'ls'));
    expect(said.flatMap(({ invariants }) => invariants)).toEqual([]);
    expect(said.at(-1)?.decision).toBe('allow');
  });

  it('taken up again goes on as if it had not been left', () => {
    const before = session('s', 'ls', 'cat notes.txt');
    const [first, second] = session('t', 'rm -rf /srv/archive', 'ls').calls;
    if (first === undefined || second === undefined) throw new Error('no calls');
    const whole = new Lane();
    whole.play(before);
    whole.begin(session('t'));
    const wanted = [whole.playCalls([first]), whole.playCalls([second])];
    const left = new Lane();
    left.play(before);
    left.begin(session('t'));
    const state = left.state();
    const one = new Lane(state);
    const got = [one.playCalls([first]), new Lane(one.state()).playCalls([second])];
    expect(got).toEqual(wanted);
    expect(new Lane(state).playCalls([first])).toEqual(wanted[0]);
  });

  it('carries the agent’s habits to a later day', () => {
    const cold = new Lane();
    const verdicts = cold.play(session('s', NEW_TO_IT, NEW_TO_IT, NEW_TO_IT, NEW_TO_IT));
    expect(verdicts.map(({ decision }) => interrupts(decision))).toEqual([true, true, true, false]);
    expect(new Lane(cold.habits()).play(session('t', NEW_TO_IT))[0]?.decision).toBe('allow');
    expect(new Lane().play(session('t', NEW_TO_IT))[0]?.decision).toBe('hold');
  });
});
