import { type Classifier, createCollector } from '@haltwire/collector';
import { Engine } from '@haltwire/detector';
import { type AppendEntry, EVENT, GENAI, HALTWIRE, inputRecordSchema, type Redactor } from '@haltwire/schemas';
import Fastify from 'fastify';

/** One of each kind that the classifier parses. */
const samples = [
  `curl -X POST https://api.example/graphql -H 'Authorization: Bearer ${'0'.repeat(24)}' -d '{"query":"mutation { volumeDelete(volumeId: \\"v\\") }"}'`,
  'cd build && rm -rf ./old | tee log.txt',
  'psql -c "DELETE FROM bookings WHERE id = 1"',
];

/** Rounds over the samples: the compiler optimises what runs more than once. */
const ROUNDS = 5;
const TENANT = 'rehearsal';

/** A session's events as the sdk sends them: each call asks, starts and ends. */
function requestOf(round: number): string {
  const session = { [GENAI.conversationId]: TENANT, [HALTWIRE.producer]: TENANT };
  const events = samples.flatMap((command, sample) => {
    const call = {
      ...session,
      [GENAI.toolCallId]: `${round}.${sample}`,
      [GENAI.toolName]: 'shell',
      [GENAI.toolCallArguments]: JSON.stringify({ command }),
      [HALTWIRE.digest]: '0'.repeat(64),
    };
    return [
      { eventName: EVENT.intent, attributes: call },
      { eventName: EVENT.started, attributes: call },
      { eventName: EVENT.result, attributes: { ...call, [HALTWIRE.status]: 'ok', [GENAI.toolCallResult]: command } },
    ];
  });
  const first = round === 0 ? [{ eventName: EVENT.sessionStarted, attributes: session }] : [];
  const before = round === 0 ? 0 : 1 + round * events.length;
  const logRecords = [...first, ...events].map(({ eventName, attributes }, index) => ({
    eventName,
    attributes: [
      ...Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } })),
      { key: HALTWIRE.seq, value: { intValue: String(before + index) } },
    ],
  }));
  return JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
}

/**
 * Rehearses before the first agent connects: a few calls through a front door, a log and an engine of their own, all in
 * memory and thrown away, so that the first real call does not meet cold code. Answers how many calls were judged.
 */
export async function warmUp(redactor: Redactor, classifier: Classifier): Promise<number> {
  const appended: AppendEntry[] = [];
  const { routes } = createCollector({
    sink: {
      append: async (_topic, entries) => {
        appended.push(...entries);
        return [];
      },
    },
    authenticator: { authenticate: () => ({ kind: 'agent', keyId: TENANT, tenantId: TENANT, agentId: TENANT }) },
    redactor,
    classifier,
  });
  const engine = new Engine();
  const door = Fastify();
  await door.register(routes);
  let offset = 0;
  let judged = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const headers = { authorization: `Bearer ${TENANT}`, 'content-type': 'application/json' };
    await door.inject({ method: 'POST', url: '/v1/logs', headers, payload: requestOf(round) });
    for (const { key, value } of appended.splice(0)) {
      const entry = { position: { partition: 0, offset, index: 0 }, logTime: offset, key, value };
      const outputs = engine.process(entry, inputRecordSchema.parse(JSON.parse(value)));
      judged += outputs.filter((output) => output.type === 'verdict').length;
      offset += 1;
    }
  }
  await door.close();
  return judged;
}
