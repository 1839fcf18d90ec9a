import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestChdb } from '../../testing/chdb-database.ts';
import { archiveStory, senders } from '../../testing/trace-story.ts';

const chdb = openTestChdb();
const { rowsOf } = chdb;
const database = 'haltwire';
beforeAll(() => archiveStory(chdb, database));
afterAll(() => chdb.close());

type Span = Record<string, unknown>;
const span = async (call: string): Promise<Span | undefined> =>
  (
    await rowsOf<Span>(`SELECT * FROM ${database}.otel_traces WHERE SpanAttributes['gen_ai.tool.call.id'] = '${call}'`)
  )[0];

describe('the view otel_traces', () => {
  test('has the columns of the OpenTelemetry Collector’s exporter, in its order and types', async () => {
    const columns = await rowsOf<{ name: string; type: string }>(`DESCRIBE ${database}.otel_traces`);
    expect(columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'Timestamp DateTime64(9)',
      'TraceId String',
      'SpanId String',
      'ParentSpanId String',
      'TraceState String',
      'SpanName LowCardinality(String)',
      'SpanKind LowCardinality(String)',
      'ServiceName LowCardinality(String)',
      'ResourceAttributes Map(LowCardinality(String), String)',
      'ScopeName String',
      'ScopeVersion String',
      'SpanAttributes Map(LowCardinality(String), String)',
      'Duration UInt64',
      'StatusCode LowCardinality(String)',
      'StatusMessage String',
      'Events.Timestamp Array(DateTime64(9))',
      'Events.Name Array(LowCardinality(String))',
      'Events.Attributes Array(Map(LowCardinality(String), String))',
      'Links.TraceId Array(String)',
      'Links.SpanId Array(String)',
      'Links.TraceState Array(String)',
      'Links.Attributes Array(Map(LowCardinality(String), String))',
    ]);
    const lookup = await rowsOf<{ name: string; type: string }>(`DESCRIBE ${database}.otel_traces_trace_id_ts`);
    expect(lookup.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'TraceId String',
      'Start DateTime',
      'End DateTime',
    ]);
  });

  test('shows each call as one span, also of rows that are there twice', async () => {
    expect(
      await rowsOf(
        `SELECT toUInt32(count()) AS spans, toUInt32(uniqExact(SpanId)) AS ids FROM ${database}.otel_traces`,
      ),
    ).toEqual([{ spans: 3, ids: 3 }]);
  });

  test('shows a call that ran: from its intent to its result, under the sender’s ids, with what was decided', async () => {
    expect(await span('ran')).toEqual({
      Timestamp: '2026-01-01 00:00:00.000000000',
      TraceId: senders.traceId,
      SpanId: senders.spanId,
      ParentSpanId: 'ef'.repeat(8),
      TraceState: '',
      SpanName: 'execute_tool shell',
      SpanKind: 'Internal',
      ServiceName: 'deployer',
      ResourceAttributes: { 'service.name': 'deployer', 'haltwire.tenant.id': 'default' },
      ScopeName: 'haltwire',
      ScopeVersion: '',
      SpanAttributes: {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'shell',
        'gen_ai.tool.call.id': 'ran',
        'gen_ai.tool.call.arguments': '{"command":"ls"}',
        'gen_ai.conversation.id': 's1',
        'gen_ai.agent.id': 'deployer',
        'error.type': 'timeout',
        'haltwire.decision': 'allow',
        'haltwire.severity': 'high',
        'haltwire.mode': 'enforce',
        'haltwire.digest': 'd'.repeat(64),
        'haltwire.effect.verb': 'delete',
        'haltwire.effect.resource': 'volume',
        'haltwire.effect.system': 'railway',
        'haltwire.effect.target': 'vol_1',
      },
      Duration: 3_000_000_000,
      StatusCode: 'Error',
      StatusMessage: 'timeout',
      'Events.Timestamp': ['2026-01-01 00:00:01.000000000'],
      'Events.Name': ['haltwire.decision.allow'],
      'Events.Attributes': [
        {
          'haltwire.decision': 'allow',
          'haltwire.severity': 'high',
          'haltwire.mode': 'enforce',
          'haltwire.cause': 'intent',
          'haltwire.title': 'allow it',
          'haltwire.decision.id': 'ran-allow',
          'haltwire.invariants': 'task-scope',
        },
      ],
      'Links.TraceId': [],
      'Links.SpanId': [],
      'Links.TraceState': [],
      'Links.Attributes': [],
    });
  });

  test('shows a refused call as refused, with each decision in order, under ids that follow from session and call', async () => {
    const refused = await span('refused');
    expect(refused).toMatchObject({
      SpanName: 'refuse_tool shell',
      StatusCode: 'Error',
      StatusMessage: 'deny it',
      'Events.Name': ['haltwire.decision.hold', 'haltwire.decision.deny'],
      SpanAttributes: {
        'gen_ai.operation.name': 'refuse_tool',
        'haltwire.decision': 'deny',
        'haltwire.severity': 'critical',
      },
    });
    expect(refused?.TraceId).toMatch(/^[0-9a-f]{32}$/);
    expect(refused?.SpanId).toMatch(/^[0-9a-f]{16}$/);
    expect(refused?.TraceId).not.toBe(senders.traceId);
  });

  test('shows a call that only a foreign span tells of, as long as the span was', async () => {
    expect(await span('foreign')).toMatchObject({
      Timestamp: '2026-01-01 00:00:06.500000000',
      SpanId: '12'.repeat(8),
      Duration: 2_500_000_000,
      StatusCode: 'Ok',
      'Events.Name': [],
    });
  });
});
