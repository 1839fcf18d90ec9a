import type { ClickHouseClient } from '@clickhouse/client';
import { type LogEntry, type Position, TOPIC } from '@haltwire/schemas';
import { z } from 'zod';
import { readDecision } from './port-log.ts';
import type { ReadRange, RecordedLog } from './recorded-log.ts';

const PAGE = 5000;

const rowSchema = z.object({
  partition: z.coerce.number(),
  offset: z.coerce.number(),
  index: z.coerce.number(),
  logTime: z.coerce.number(),
  record: z.string(),
});

/** What is about nobody in particular lets time pass and sets the rules: it is always read. */
function conditionOf({ to, agentId, tenantId }: ReadRange): string {
  const all = ['topic = {topic: String}'];
  if (to !== undefined) all.push('log_time <= fromUnixTimestamp64Milli({to: Int64})');
  if (agentId !== undefined) all.push("(agent = {agentId: String} OR agent = '')");
  if (tenantId !== undefined) all.push("(tenant = {tenantId: String} OR tenant = '')");
  return all.join(' AND ');
}

/** Options of `clickHouseLog`. */
export interface ClickHouseLogOptions {
  readonly client: ClickHouseClient;
  /** A plain identifier, as the settings of ClickHouse check it. */
  readonly database: string;
  readonly range: ReadRange;
}

/** Recorded inputs in the archive: the table `inputs`, page by page in log order. Closes the client. */
export async function clickHouseLog({ client, database, range }: ClickHouseLogOptions): Promise<RecordedLog> {
  const { to, agentId, tenantId } = range;
  const condition = conditionOf(range);
  const parameters = (topic: string) => ({ topic, to, agentId, tenantId });

  async function rows<T extends z.ZodType>(query: string, params: Record<string, unknown>, schema: T) {
    const answer = await client.query({ query, query_params: params, format: 'JSONEachRow' });
    return z.array(schema).parse(await answer.json());
  }

  async function* pages(table: string, topic: string, partition: number): AsyncGenerator<readonly LogEntry[]> {
    let after: Position = { partition, offset: 0, index: -1 };
    for (;;) {
      const page = await rows(
        `SELECT partition, offset, index, toUnixTimestamp64Milli(log_time) AS logTime, record
         FROM ${database}.${table}_once
         WHERE ${condition} AND partition = {partition: UInt32}
           AND (offset > {offset: UInt64} OR (offset = {offset: UInt64} AND index > {index: Int64}))
         ORDER BY offset, index LIMIT ${PAGE}`,
        { ...parameters(topic), ...after },
        rowSchema,
      );
      const last = page.at(-1);
      if (last === undefined) return;
      yield page.map((row) => ({
        position: { partition, offset: row.offset, index: row.index },
        logTime: row.logTime,
        key: '',
        value: row.record,
      }));
      after = { partition, offset: last.offset, index: last.index };
    }
  }

  const partitions = await rows(
    `SELECT partition, count() AS rows FROM ${database}.inputs_once WHERE ${condition} GROUP BY partition ORDER BY partition`,
    parameters(TOPIC.inputs),
    z.object({ partition: z.coerce.number(), rows: z.coerce.number() }),
  );
  return {
    name: `${database}.inputs`,
    total: partitions.reduce((sum, one) => sum + one.rows, 0),
    unit: 'records',
    async *batches(onRead = () => {}) {
      let done = 0;
      for (const { partition } of partitions) {
        for await (const page of pages('inputs', TOPIC.inputs, partition)) {
          yield page;
          done += page.length;
          onRead(done);
        }
      }
    },
    async *decisions(partition) {
      for await (const page of pages('decisions', TOPIC.decisions, partition))
        yield page.flatMap(({ value }) => readDecision(value) ?? []);
    },
    close: () => client.close(),
  };
}
