import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestChdb } from '../../testing/chdb-database.ts';
import { archiveStory, senders } from '../../testing/trace-story.ts';

/**
 * What Grafana's ClickHouse data source (4.x) and HyperDX (2.x) ask of `otel_traces`, as their query builders and docs
 * write it, with the story's ids and times filled in.
 */
const chdb = openTestChdb();
const { rowsOf } = chdb;
beforeAll(() => archiveStory(chdb, 'haltwire'));
afterAll(() => chdb.close());

const from = Date.UTC(2025, 11, 31, 23);
const to = Date.UTC(2026, 0, 1, 1);
const inRange = `Timestamp >= fromUnixTimestamp64Milli(${from}) AND Timestamp <= fromUnixTimestamp64Milli(${to})`;
const keyValues = (column: string) =>
  `arrayMap(key -> map('key', key, 'value',"${column}"[key]), mapKeys("${column}"))`;

describe('Grafana', () => {
  test('finds traces', async () => {
    const rows = await rowsOf<Record<string, unknown>>(`SELECT "TraceId" as traceID, "ServiceName" as serviceName,
      "SpanName" as operationName, "Timestamp" as startTime, multiply("Duration", 0.000001) as duration
      FROM "haltwire"."otel_traces"
      WHERE ( Timestamp >= toDateTime(${from / 1000}) AND Timestamp <= toDateTime(${to / 1000}) ) AND ( ParentSpanId = '' )
        AND ( Duration > 0 ) AND ( StatusCode IN ('Error', 'STATUS_CODE_ERROR') )
      ORDER BY Timestamp DESC, Duration DESC LIMIT 1000`);
    expect(rows).toEqual([
      expect.objectContaining({ serviceName: 'deployer', operationName: 'refuse_tool shell', duration: 3000 }),
    ]);
  });

  test('opens a trace by its id, with tags, decisions as the span’s logs, links and status', async () => {
    const rows = await rowsOf<Record<string, unknown>>(`WITH '${senders.traceId}' as trace_id,
      (SELECT min(Start) FROM "haltwire"."otel_traces_trace_id_ts" WHERE TraceId = trace_id) as trace_start,
      (SELECT max(End) + 1 FROM "haltwire"."otel_traces_trace_id_ts" WHERE TraceId = trace_id) as trace_end
      SELECT "TraceId" as traceID, "SpanId" as spanID, "ParentSpanId" as parentSpanID, "ServiceName" as serviceName,
        "SpanName" as operationName, multiply(toUnixTimestamp64Nano("Timestamp"), 0.000001) as startTime,
        multiply("Duration", 0.000001) as duration, ${keyValues('SpanAttributes')} as tags,
        ${keyValues('ResourceAttributes')} as serviceTags,
        if("StatusCode" IN ('Error', 'STATUS_CODE_ERROR'), 2, 0) as statusCode,
        arrayMap((name, timestamp, attributes) -> tuple(name, toString(toUnixTimestamp64Milli(timestamp)),
          arrayMap( key -> map('key', key, 'value', attributes[key]),
          mapKeys(attributes)))::Tuple(name String, timestamp String, fields Array(Map(String, String))),
          "Events".Name, "Events".Timestamp, "Events".Attributes) AS logs,
        arrayMap((traceID, spanID, attributes) -> tuple(traceID, spanID, arrayMap(key -> map('key', key, 'value', attributes[key]),
          mapKeys(attributes)))::Tuple(traceID String, spanID String, tags Array(Map(String, String))),
          "Links".TraceId, "Links".SpanId, "Links".Attributes) AS references,
        "SpanKind" as kind, "StatusMessage" as statusMessage, "ScopeName" as instrumentationLibraryName,
        "ScopeVersion" as instrumentationLibraryVersion, "TraceState" as traceState
      FROM "haltwire"."otel_traces"
      WHERE traceID = trace_id AND "Timestamp" >= trace_start AND "Timestamp" <= trace_end
      ORDER BY startTime ASC LIMIT 1000`);
    expect(rows.map((row) => [row.spanID, row.statusCode, row.duration])).toEqual([
      [senders.spanId, 2, 3000],
      ['12'.repeat(8), 0, 2500],
    ]);
    expect(rows[0]?.logs).toMatchObject([
      { name: 'haltwire.decision.allow', timestamp: String(Date.UTC(2026, 0, 1, 0, 0, 1)) },
    ]);
    expect(rows[0]?.tags).toContainEqual({ key: 'gen_ai.tool.name', value: 'shell' });
  });

  test('draws how many spans there are, and how long they take', async () => {
    const rows =
      await rowsOf(`SELECT toStartOfInterval(toDateTime("Timestamp"), INTERVAL 60 second) as "time", ServiceName,
      toUInt32(count(*)) as spans, toUInt32(quantile(0.99)(Duration)/1000000) AS p99
      FROM "haltwire"."otel_traces"
      WHERE ( Timestamp >= toDateTime(${from / 1000}) AND Timestamp <= toDateTime(${to / 1000}) )
      GROUP BY ServiceName, time ORDER BY time ASC LIMIT 100000`);
    expect(rows).toEqual([expect.objectContaining({ ServiceName: 'deployer', spans: 3, p99: 3000 })]);
  });

  test('lists the names of attributes and the values of a column for its filters', async () => {
    expect(
      await rowsOf('SELECT DISTINCT arrayJoin(SpanAttributes.keys) as keys FROM "haltwire"."otel_traces" LIMIT 1000'),
    ).toContainEqual({
      keys: 'haltwire.decision',
    });
    expect(await rowsOf('SELECT DISTINCT ServiceName FROM "haltwire"."otel_traces" LIMIT 1000')).toEqual([
      { ServiceName: 'deployer' },
    ]);
  });
});

describe('HyperDX', () => {
  test('lists spans of a time range, newest first, searched by a word', async () => {
    const rows =
      await rowsOf(`SELECT Timestamp,ServiceName as service,StatusCode as level,round(Duration / 1e6) as duration,SpanName,
        TraceId, SpanId
      FROM haltwire.otel_traces
      WHERE (${inRange}) AND ((((lower(SpanName) LIKE lower('%shell%')))) AND (SpanAttributes['haltwire.decision'] = 'deny'))
      ORDER BY Timestamp DESC LIMIT 200 OFFSET 0`);
    expect(rows).toEqual([
      expect.objectContaining({ service: 'deployer', level: 'Error', SpanName: 'refuse_tool shell', duration: 3000 }),
    ]);
    expect(
      await rowsOf(
        `SELECT SpanName FROM haltwire.otel_traces WHERE (${inRange}) AND (hasToken(lower(SpanName), lower('refuse')) OR hasToken(lower(SpanName), lower('shell'))) LIMIT 9`,
      ),
    ).toHaveLength(3);
  });

  test('draws counts and durations by time', async () => {
    const bucket = 'toStartOfInterval(toDateTime(Timestamp), INTERVAL 1 minute)';
    const rows =
      await rowsOf(`SELECT toUInt32(count()) AS "count()", quantile(0.95)(toFloat64OrDefault(toString(Duration))) AS p95,
        StatusCode AS \`StatusCode\`, ${bucket} AS \`__hdx_time_bucket\`
      FROM haltwire.otel_traces WHERE (${inRange})
      GROUP BY StatusCode AS \`StatusCode\`, ${bucket} AS \`__hdx_time_bucket\`
      ORDER BY ${bucket} AS \`__hdx_time_bucket\`, StatusCode`);
    expect(rows).toMatchObject([
      { StatusCode: 'Error', 'count()': 2 },
      { StatusCode: 'Ok', 'count()': 1 },
    ]);
  });

  test('learns the table and the names and values of its attributes', async () => {
    expect(await rowsOf('DESCRIBE haltwire.otel_traces')).toHaveLength(22);
    expect(
      await rowsOf(`SELECT * FROM system.tables where database = 'haltwire' AND name = 'otel_traces'`),
    ).toHaveLength(1);
    const keys = await rowsOf<{ key: string }>(`WITH sampledKeys as (
        SELECT getSubcolumn(SpanAttributes, 'keys') AS keysArr FROM haltwire.otel_traces LIMIT 3000000
      ) SELECT DISTINCT lowCardinalityKeys(arrayJoin(keysArr)) as key FROM sampledKeys LIMIT 1000`);
    expect(keys.map(({ key }) => key)).toContain('gen_ai.tool.call.arguments');
    expect(
      await rowsOf(
        `SELECT arraySort(groupUniqArray(20)(SpanAttributes['haltwire.effect.resource'])) AS param0 FROM haltwire.otel_traces WHERE (${inRange})`,
      ),
    ).toEqual([{ param0: ['volume'] }]);
  });

  test('opens a span with everything in it, and the spans of its trace', async () => {
    const [row] = await rowsOf<
      Record<string, unknown>
    >(`SELECT *, Timestamp AS "__hdx_timestamp", SpanName AS "__hdx_body",
        TraceId AS "__hdx_trace_id", StatusCode AS "__hdx_severity_text", SpanAttributes AS "__hdx_event_attributes",
        Events.Attributes[indexOf(Events.Name, 'exception')] AS "__hdx_events_exception_attributes",
        Events AS "__hdx_span_events"
      FROM haltwire.otel_traces WHERE (TraceId = '${senders.traceId}' AND SpanId = '${senders.spanId}') LIMIT 1`);
    expect(row).toMatchObject({
      __hdx_body: 'execute_tool shell',
      __hdx_events_exception_attributes: {},
      __hdx_span_events: [{ Name: 'haltwire.decision.allow' }],
    });
    const spans =
      await rowsOf(`SELECT SpanName as Body, Timestamp, toFloat64OrZero(toString(Duration)) * pow(10, 3) / pow(10, toInt8OrZero(toString(9))) as Duration,
        SpanId, ParentSpanId, StatusCode, ServiceName
      FROM haltwire.otel_traces WHERE (${inRange}) AND (TraceId = '${senders.traceId}') ORDER BY Timestamp ASC LIMIT 10000`);
    expect(spans).toMatchObject([
      { SpanId: senders.spanId, Duration: 3000 },
      { SpanId: '12'.repeat(8), Duration: 2500 },
    ]);
  });
});
