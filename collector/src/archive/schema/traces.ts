import { type Layout, onCluster } from './layout.ts';

/**
 * Ids under which a call stands among traces: the sender's own where it gave them; else the session is the trace, and the
 * call's span follows from its id.
 */
const identity = "concat(tenant, '\\n', agent, '\\n', session)";
const hash = (text: string): string => `lower(hex(MD5(${text})))`;

/** Columns that tell traces, on the table of inputs, and an index of log time, which the hourly counts ask for. */
export function alterInputsForTraces(layout: Layout): string[] {
  const table = `${layout.database}.inputs`;
  const changes = [
    `ADD COLUMN IF NOT EXISTS trace_id String DEFAULT if(call = '', '', ${hash(identity)}) AFTER bytes`,
    `ADD COLUMN IF NOT EXISTS span_id String DEFAULT if(call = '', '', left(${hash(`concat(${identity}, '\\n', call)`)}, 16)) AFTER trace_id`,
    'ADD COLUMN IF NOT EXISTS parent_span_id String AFTER span_id',
    'ADD COLUMN IF NOT EXISTS span_ms Float64 AFTER parent_span_id',
    'ADD INDEX IF NOT EXISTS trace_index trace_id TYPE bloom_filter GRANULARITY 4',
    'ADD INDEX IF NOT EXISTS log_time_index log_time TYPE minmax GRANULARITY 4',
  ];
  const decisions = 'ADD INDEX IF NOT EXISTS log_time_index log_time TYPE minmax GRANULARITY 4';
  return [
    `ALTER TABLE ${table}${onCluster(layout)} ${changes.join(', ')}`,
    `ALTER TABLE ${layout.database}.decisions${onCluster(layout)} ${decisions}`,
  ];
}

const attributes = 'Map(LowCardinality(String), String)';

/** The columns of the OpenTelemetry Collector's ClickHouse exporter, in its order, and what they are here. */
const spanColumns: readonly (readonly [name: string, type: string, expression: string])[] = [
  ['Timestamp', 'DateTime64(9)', 'began'],
  ['TraceId', 'String', 'trace_id'],
  ['SpanId', 'String', 'span'],
  ['ParentSpanId', 'String', 'parent_span'],
  ['TraceState', 'String', "''"],
  // An execute_tool span of something that never ran would be a lie.
  ['SpanName', 'LowCardinality(String)', "concat(if(refused, 'refuse_tool ', 'execute_tool '), tool_name)"],
  ['SpanKind', 'LowCardinality(String)', "'Internal'"],
  ['ServiceName', 'LowCardinality(String)', 'agent'],
  ['ResourceAttributes', attributes, "map('service.name', agent, 'haltwire.tenant.id', toString(tenant))"],
  ['ScopeName', 'String', "'haltwire'"],
  ['ScopeVersion', 'String', "''"],
  [
    'SpanAttributes',
    attributes,
    `mapFilter((name, value) -> value != '', map(
      'gen_ai.operation.name', if(refused, 'refuse_tool', 'execute_tool'),
      'gen_ai.tool.name', tool_name,
      'gen_ai.tool.call.id', call,
      'gen_ai.tool.call.arguments', arguments,
      'gen_ai.conversation.id', session,
      'gen_ai.agent.id', agent,
      'error.type', if(outcome_status = 'error', failure, ''),
      'haltwire.decision', tupleElement(last_decision, 'decision'),
      'haltwire.severity', tupleElement(last_decision, 'severity'),
      'haltwire.mode', tupleElement(last_decision, 'mode'),
      'haltwire.task.id', task_id,
      'haltwire.digest', call_digest,
      'haltwire.effect.verb', verb,
      'haltwire.effect.resource', resource,
      'haltwire.effect.system', system,
      'haltwire.effect.target', target))`,
  ],
  ['Duration', 'UInt64', "toUInt64(greatest(0, dateDiff('millisecond', began, ended))) * 1000000"],
  [
    'StatusCode',
    'LowCardinality(String)',
    "multiIf(refused OR outcome_status = 'error', 'Error', outcome_status = 'ok', 'Ok', 'Unset')",
  ],
  [
    'StatusMessage',
    'String',
    "multiIf(refused, tupleElement(last_decision, 'title'), outcome_status = 'error', failure, '')",
  ],
  ['Events.Timestamp', 'Array(DateTime64(9))', "arrayMap(event -> tupleElement(event, 'log_time'), events)"],
  [
    'Events.Name',
    'Array(LowCardinality(String))',
    "arrayMap(event -> concat('haltwire.decision.', tupleElement(event, 'decision')), events)",
  ],
  [
    'Events.Attributes',
    `Array(${attributes})`,
    `arrayMap(event -> mapFilter((name, value) -> value != '', map(
      'haltwire.decision', tupleElement(event, 'decision'),
      'haltwire.severity', tupleElement(event, 'severity'),
      'haltwire.mode', tupleElement(event, 'mode'),
      'haltwire.cause', tupleElement(event, 'cause'),
      'haltwire.title', tupleElement(event, 'title'),
      'haltwire.decision.id', tupleElement(event, 'decision_id'),
      'haltwire.invariants', arrayStringConcat(tupleElement(event, 'invariants'), ','),
      'haltwire.actor', tupleElement(event, 'actor'))), events)`,
  ],
  ['Links.TraceId', 'Array(String)', '[]'],
  ['Links.SpanId', 'Array(String)', '[]'],
  ['Links.TraceState', 'Array(String)', '[]'],
  ['Links.Attributes', `Array(${attributes})`, '[]'],
];

const decisionTuple = `CAST(
      (log_time, decision, severity, mode, cause, title, decision_id, invariants, actor),
      'Tuple(log_time DateTime64(3, \\'UTC\\'), decision String, severity String, mode String, cause String, title String, decision_id String, invariants Array(String), actor String)')`;

/**
 * `otel_traces` in the shape of the OpenTelemetry Collector's ClickHouse exporter, one span per call, and the table that
 * tells UIs when a trace was. Times are the log's. Every aggregate is one that a repeated row does not change.
 */
export function createTraceViews(layout: Layout): string[] {
  const { database } = layout;
  const cluster = onCluster(layout);
  return [
    // The list of columns makes the types exact: without it, times would keep the time zone of the log's.
    `CREATE OR REPLACE VIEW ${database}.otel_traces${cluster} (${spanColumns.map(([name, type]) => `\n  \`${name}\` ${type}`).join(',')}
) AS
WITH calls AS (
  SELECT trace_id, tenant, agent, session, call,
    max(span_id) AS span,
    max(parent_span_id) AS parent_span,
    countIf(origin != 'span') > 0 AS told,
    if(told, minIf(log_time, origin != 'span'), subtractMilliseconds(max(log_time), toInt64(max(span_ms)))) AS began,
    if(told, maxIf(log_time, origin != 'span'), max(log_time)) AS ended,
    countIf(phase = 'abandoned') > 0 AND countIf(phase IN ('started', 'result')) = 0 AS refused,
    max(tool) AS tool_name,
    argMaxIf(outcome, log_time, phase = 'result') AS outcome_status,
    argMaxIf(outcome_class, log_time, phase = 'result') AS failure,
    max(task) AS task_id,
    max(digest) AS call_digest,
    argMin(worst_verb, log_time) AS verb,
    argMin(worst_resource, log_time) AS resource,
    argMin(worst_system, log_time) AS system,
    argMin(worst_target, log_time) AS target,
    argMin(JSONExtractRaw(record, 'claimed', 'arguments'), log_time) AS arguments
  FROM ${database}.inputs
  WHERE type = 'call'
  GROUP BY trace_id, tenant, agent, session, call
), decided AS (
  SELECT tenant, agent, session, call,
    arraySort(groupUniqArray(${decisionTuple})) AS events,
    arrayLast(event -> true, events) AS last_decision
  FROM ${database}.decisions
  WHERE call != ''
  GROUP BY tenant, agent, session, call
)
SELECT ${spanColumns.map(([name, , expression]) => `\n  ${expression} AS \`${name}\``).join(',')}
FROM calls LEFT JOIN decided USING (tenant, agent, session, call)`,
    `CREATE OR REPLACE VIEW ${database}.otel_traces_trace_id_ts${cluster} (TraceId String, Start DateTime, End DateTime) AS
SELECT trace_id AS TraceId,
  toDateTime(min(subtractMilliseconds(log_time, toInt64(span_ms)))) AS Start,
  toDateTime(max(log_time)) AS End
FROM ${database}.inputs
WHERE type = 'call'
GROUP BY trace_id`,
  ];
}
