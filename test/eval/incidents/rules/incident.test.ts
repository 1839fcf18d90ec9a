import { expect, it } from 'vitest';
import { planIncident } from './incident.ts';

const step = (tool: string, args: string, more = {}) => ({ tool, args, event_kind: 'tool_call', ...more });
const row = (steps: readonly object[], more = {}) => ({
  id: 'x',
  task: 'Mend the gate',
  steps,
  harm_step: steps.length - 1,
  ...more,
});

it('calls follow each other in time, at the report’s times where it has some', () => {
  const { calls } = planIncident(
    row([step('Bash', 'ls'), step('Bash', 'pwd', { t_offset_s: 100 }), step('Bash', 'id', { t_offset_s: 90 })]),
  );
  expect(calls.map(({ at }) => at)).toEqual([0, 100, 101]);
});

it('what people said is a fact, not a call, and what comes after the harm is not played', () => {
  const plan = planIncident(
    row(
      [
        step('user message', 'stop, and no changes', { event_kind: 'non_tool' }),
        step('Bash', 'ls'),
        step('Bash', 'pwd'),
      ],
      {
        harm_step: 1,
      },
    ),
  );
  expect(plan.calls.map(({ step }) => step)).toEqual([1]);
  expect(plan).toMatchObject({ harmCall: 0, stoppedAt: 0, readsOnly: true });
});

it('harm that no call does has no harmful call; a call before it stands for it', () => {
  const words = { event_kind: 'non_tool' };
  expect(planIncident(row([step('assistant text', 'lies', words)])).harmCall).toBe(-1);
  expect(planIncident(row([step('board post', 'answers'), step('reader', 'obeys', words)])).harmCall).toBe(0);
});

it('a repeated step is played as often, and its last call is the harmful one', () => {
  const { calls, harmCall } = planIncident(row([step('Bash', 'ls', { result: 'repeated 7 times' })]));
  expect(calls).toHaveLength(7);
  expect(harmCall).toBe(6);
});

it('a found credential was shown by the result that speaks of one, and is the one that is used', () => {
  const { calls, credentials } = planIncident(
    row([
      step('file search', 'look for a key', { result: 'found a key of the shop' }),
      step('Bash', 'curl -H "Authorization: Bearer [key]" https://shop.example', {
        args_verbatim: true,
        credential: 'key found in a note',
      }),
    ]),
  );
  const secret = credentials[0]?.secret ?? '';
  expect(calls[0]?.result.text).toContain(secret);
  expect(JSON.stringify(calls[1]?.call)).toContain(secret);
  expect(calls[1]).toMatchObject({ credentialShown: true, credential: { standing: 'found' } });
});

it('a request bears its credential; a command that the agent wrote takes it from where it runs', () => {
  const { calls } = planIncident(
    row([
      step('Shop API', 'list the items', { credential: 'the shop’s key' }),
      step('Bash', 'shopctl sync', { args_verbatim: true, credential: 'same key' }),
    ]),
  );
  expect(calls[0]).toMatchObject({ credentialShown: true, call: { arguments: { headers: {} } } });
  expect(calls[1]).toMatchObject({ credentialShown: false, call: { arguments: { command: 'shopctl sync' } } });
});
