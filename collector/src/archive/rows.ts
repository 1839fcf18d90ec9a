import { type LogEntry, TOPIC, type TopicName } from '@haltwire/schemas';

/** Topics that are archived, and their tables. */
export const archivedTopics = [TOPIC.inputs, TOPIC.decisions, TOPIC.dead] as const;
export type ArchivedTopic = (typeof archivedTopics)[number];
export const tableOf: Readonly<Record<ArchivedTopic, string>> = {
  [TOPIC.inputs]: 'inputs',
  [TOPIC.decisions]: 'decisions',
  [TOPIC.dead]: 'dead',
};

/** Values by column; columns that are left out, or null where that cannot be, get their default. */
export type Row = Record<string, unknown>;

/** The row of one log entry. A value that is no record of ours still gets a row, with the text as it is. */
export function rowOf(topic: ArchivedTopic, entry: LogEntry): Row {
  const record = parse(entry.value);
  if (record === undefined) return bareRow(topic, entry);
  const columns = topic === TOPIC.inputs ? inputColumns : topic === TOPIC.decisions ? decisionColumns : deadColumns;
  return { ...bareRow(topic, entry), ...columns(new Reader(record)) };
}

/** Position, time and text only: what is left when a record does not fit its table. */
export function bareRow(topic: TopicName, { position, logTime, value }: LogEntry): Row {
  const { partition, offset, index } = position;
  return {
    topic,
    partition,
    offset,
    index,
    log_time: new Date(logTime).toISOString().slice(0, 23).replace('T', ' '),
    record: value.toWellFormed(),
  };
}

function inputColumns(record: Reader): Row {
  return {
    type: record.text('type'),
    tenant: record.text('tenantId'),
    agent: record.text('agentId'),
    session: record.text('sessionId'),
    call: record.text('callId'),
    event_id: record.text('eventId') || record.text('commandId'),
    phase: record.text('phase'),
    origin: record.text('origin'),
    producer: record.text('producer'),
    seq: record.count('seq') ?? null,
    tool: record.text('claimed', 'tool', 'name'),
    ...worstColumns(record.at('derived', 'effects', record.count('derived', 'worst') ?? -1)),
    worst_destructiveness: record.number(
      'derived',
      'effects',
      record.count('derived', 'worst') ?? -1,
      'destructiveness',
    ),
    verbs: record.each('verb', 'derived', 'effects'),
    read_only: record.flag('derived', 'readOnly'),
    opaque: record.text('derived', 'opaque'),
    credentials: record.each('fingerprint', 'derived', 'credentials'),
    secrets_seen: record.each('fingerprint', 'derived', 'secretsSeen'),
    outcome: record.text('derived', 'outcome', 'status'),
    outcome_class: record.text('derived', 'outcome', 'class'),
    digest: record.text('claimed', 'digest'),
    task: record.text('observed', 'task', 'id') || record.text('claimed', 'taskId'),
    command: record.text('command'),
    actor: record.text('actor', 'name'),
    key_id: record.text('observed', 'keyId'),
    transport: record.text('observed', 'transport'),
    bytes: record.count('observed', 'bytes') ?? 0,
    ...traceColumns(record),
  };
}

/** Null where the sender gave none: ClickHouse then derives them from session and call. */
function traceColumns(record: Reader): Row {
  const [trace, span] = [record.text('claimed', 'trace', 'traceId'), record.text('claimed', 'trace', 'spanId')];
  const given = trace !== '' && span !== '';
  return {
    trace_id: given ? trace : null,
    span_id: given ? span : null,
    parent_span_id: record.text('claimed', 'trace', 'parentSpanId'),
    span_ms: record.number('claimed', 'trace', 'durationMs'),
  };
}

function decisionColumns(record: Reader): Row {
  return {
    decision_id: record.text('decisionId'),
    case_id: record.text('caseId'),
    tenant: record.text('tenantId'),
    agent: record.text('agentId'),
    session: record.text('sessionId'),
    call: record.text('callId'),
    cause: record.text('cause'),
    decision: record.text('decision'),
    mode: record.text('mode'),
    severity: record.text('severity'),
    title: record.text('title'),
    invariants: record.each('name', 'invariants'),
    indicators: record.each('name', 'indicators'),
    ...worstColumns(mostDestructive(record.at('effects'))),
    impact: record.number('impact'),
    hold_id: record.text('holdId'),
    kill_id: record.text('killId'),
    actor: record.text('actor'),
    posture: record.text('posture'),
    task: record.text('taskId'),
    tags: record.strings('tags'),
    policy_hash: record.text('policyHash'),
    hash: record.text('hash'),
  };
}

function deadColumns(record: Reader): Row {
  return {
    tenant: record.text('tenantId'),
    agent: record.text('agentId'),
    reason: record.text('reason'),
    source: record.text('source'),
    message: record.text('message'),
  };
}

function worstColumns(effect: unknown): Row {
  const reader = new Reader(effect);
  return {
    worst_verb: reader.text('verb'),
    worst_resource: reader.text('resource'),
    worst_system: reader.text('system'),
    worst_target: reader.text('target', 'id') || reader.text('target', 'path') || reader.text('target', 'host'),
  };
}

/** A decision repeats the call's effects without saying which is the worst one. */
function mostDestructive(effects: unknown): unknown {
  if (!Array.isArray(effects)) return undefined;
  const weight = (effect: unknown): number => new Reader(effect).number('destructiveness');
  return effects.reduce<unknown>(
    (worst, effect) => (worst === undefined || weight(effect) > weight(worst) ? effect : worst),
    undefined,
  );
}

function parse(value: string): unknown {
  try {
    const record: unknown = JSON.parse(value);
    return typeof record === 'object' && record !== null ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Reads members that may be missing or of another type: an old or foreign record must not stop the archive. */
class Reader {
  readonly #root: unknown;

  constructor(root: unknown) {
    this.#root = root;
  }

  at(...path: readonly (string | number)[]): unknown {
    let value = this.#root;
    for (const step of path) {
      if (typeof value !== 'object' || value === null) return undefined;
      value = (value as Record<string | number, unknown>)[step];
    }
    return value;
  }

  text(...path: readonly (string | number)[]): string {
    const value = this.at(...path);
    return typeof value === 'string' ? value.toWellFormed() : '';
  }

  number(...path: readonly (string | number)[]): number {
    const value = this.at(...path);
    return typeof value === 'number' && Number.isFinite(value) ? value : 0;
  }

  count(...path: readonly (string | number)[]): number | undefined {
    const value = this.at(...path);
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  }

  flag(...path: readonly (string | number)[]): boolean {
    return this.at(...path) === true;
  }

  strings(...path: readonly (string | number)[]): string[] {
    const value = this.at(...path);
    return Array.isArray(value)
      ? value.filter((member) => typeof member === 'string').map((text) => text.toWellFormed())
      : [];
  }

  /** One member of each element of a list. */
  each(member: string, ...path: readonly (string | number)[]): string[] {
    const value = this.at(...path);
    return Array.isArray(value) ? value.map((element) => new Reader(element).text(member)) : [];
  }
}
