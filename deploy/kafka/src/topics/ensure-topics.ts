import { HaltwireError } from '@haltwire/schemas';
import kafkajs, { type Admin } from 'kafkajs';
import { createDialer } from '../client/connection.ts';
import { asHaltwireError } from '../client/errors.ts';
import { quietKafkajs } from '../client/logger.ts';
import type { KafkaConfig } from '../config/config.ts';
import { type TopicSpec, topicSpecs } from './topic-specs.ts';

const CREATE_TIMEOUT_MS = 20_000;
const LOOK_AGAIN_MS = 30;

/** What `ensureTopics` did. */
export interface EnsuredTopics {
  readonly created: readonly string[];
  readonly existing: readonly string[];
}

async function create(admin: Admin, specs: readonly TopicSpec[], timeout: number): Promise<void> {
  if (specs.length === 0) return;
  await admin.createTopics({
    timeout,
    // Kafkajs' own waiting fails when a broker does not know of the topic yet.
    waitForLeaders: false,
    topics: specs.map(({ name, partitions, replication, settings }) => ({
      topic: name,
      numPartitions: partitions,
      replicationFactor: replication,
      configEntries: settings.map((setting) => ({ name: setting.name, value: setting.value })),
    })),
  });
}

/** Waits until every partition has a leader that answers: metadata tells of leaders that do not know it yet. */
async function untilServed(admin: Admin, topics: readonly string[], timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (const topic of topics) {
    while (
      !(await admin.fetchTopicOffsets(topic).then(
        () => true,
        () => false,
      ))
    ) {
      if (performance.now() > deadline) {
        throw new HaltwireError(
          'HALTWIRE_UNAVAILABLE',
          `${topic} got no leader in time; check the brokers, then retry.`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }
}

/** What is wrong with topics that exist, each with the command that mends it. */
async function differences(admin: Admin, specs: readonly TopicSpec[]): Promise<string[]> {
  if (specs.length === 0) return [];
  const { topics } = await admin.fetchTopicMetadata({ topics: specs.map(({ name }) => name) });
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: specs.map(({ name }) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })),
  });
  const problems: string[] = [];
  for (const { name, partitions, replication, settings } of specs) {
    const found = topics.find((topic) => topic.name === name)?.partitions ?? [];
    if (found.length !== partitions) {
      problems.push(
        `${name} has ${found.length} partitions, not ${partitions}: set kafka.partitions to ${found.length}, ` +
          'or use another kafka.topicPrefix (a topic in use must not be repartitioned)',
      );
    }
    const copies = Math.min(...found.map((partition) => partition.replicas.length));
    if (found.length > 0 && copies < replication) {
      problems.push(`${name} has ${copies} copies, not ${replication}: add replicas, or set kafka.replication`);
    }
    const entries = resources.find((resource) => resource.resourceName === name)?.configEntries ?? [];
    for (const { name: setting, value, accepts, because } of settings) {
      const actual = entries.find((entry) => entry.configName === setting)?.configValue;
      if (actual === value || (actual !== undefined && accepts?.(actual) === true)) continue;
      problems.push(
        `${name} has ${setting}=${actual ?? 'unset'}: set it to ${value} (kafka-configs --alter), because ${because}`,
      );
    }
  }
  return problems;
}

/**
 * Creates the topics that are missing, and checks those that are there. Changes nothing that exists.
 *
 * Call it once per deployment, with a user that may create topics; collectors and detectors need no such right.
 *
 * Throws `HALTWIRE_CONFIG` naming each topic and setting that differs and how to mend it, `HALTWIRE_UNAVAILABLE` when
 * the brokers cannot be asked.
 *
 * @example
 * const { created } = await ensureTopics(kafkaConfigFromEnv(process.env));
 */
export async function ensureTopics(config: KafkaConfig): Promise<EnsuredTopics> {
  const { options } = createDialer(config);
  const admin = new kafkajs.Kafka({
    ...options,
    ...quietKafkajs,
    requestTimeout: Math.max(config.requestTimeoutMs, CREATE_TIMEOUT_MS + 5000),
  }).admin();
  try {
    await admin.connect();
    const names = new Set(await admin.listTopics());
    const specs = topicSpecs(config);
    const missing = specs.filter(({ name }) => !names.has(name));
    const existing = specs.filter(({ name }) => names.has(name));
    const problems = await differences(admin, existing);
    if (problems.length > 0) {
      throw new HaltwireError('HALTWIRE_CONFIG', `The topics do not fit. ${problems.join('; ')}.`);
    }
    await create(admin, missing, CREATE_TIMEOUT_MS);
    await untilServed(
      admin,
      missing.map(({ name }) => name),
      CREATE_TIMEOUT_MS,
    );
    return { created: missing.map(({ name }) => name), existing: existing.map(({ name }) => name) };
  } catch (error) {
    throw asHaltwireError(creationError(error), 'looking after the topics');
  } finally {
    await admin.disconnect().catch(() => {});
  }
}

/** kafkajs gathers what the broker said of each topic; its own message says nothing. */
function creationError(error: unknown): unknown {
  if (!(error instanceof kafkajs.KafkaJSAggregateError)) return error;
  const said = error.errors.map((one) => (one instanceof Error ? one.message : String(one)));
  return new HaltwireError(
    'HALTWIRE_CONFIG',
    `Topics could not be created: ${[...new Set(said)].join('; ')}. Check kafka.replication against the number of brokers.`,
    { cause: error },
  );
}
