import { createRequire } from 'node:module';
import type { Broker, Cluster, ISocketFactory, KafkaConfig, Logger } from 'kafkajs';

/**
 * The pieces of kafkajs below its documented API: one file, so that it is plain what we lean on.
 *
 * Why at all: kafkajs' consumer always belongs to a group and its idempotent producer is not safe (see
 * ../../README.md#why-not-kafkajs-own-producer-and-consumer). Its connections, its sign-in and its requests are sound.
 * Why it holds: 2.2.4 is the last release and pinned exactly; `internals.test.ts` fails when a piece has changed.
 */
const require = createRequire(import.meta.url);

/** What a request and its answer look like to kafkajs' connections. */
export interface ProtocolCall<Answer> {
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    encode?(): Promise<unknown>;
  };
  readonly response: {
    decode(bytes: Buffer): Promise<Answer>;
    parse(answer: Answer): Promise<Answer>;
  };
  readonly requestTimeout?: number | undefined;
}

/** `Broker` with what its published type leaves out. */
export type BrokerInternals = Omit<Broker, 'produce' | 'findGroupCoordinator'> & {
  /** `coordinatorType`: 0 = of a group, 1 = of a transactional id. */
  findGroupCoordinator(what: {
    groupId: string;
    coordinatorType: number;
  }): Promise<{ coordinator: { nodeId: number } }>;
  readonly connectionPool: { send<Answer>(call: ProtocolCall<Answer>): Promise<Answer> };
  /** The wire's 64 bits of a producer id are a string throughout kafkajs; its type says number. */
  produce(
    request: Omit<Parameters<Broker['produce']>[0], 'producerId'> & { readonly producerId: string },
  ): Promise<unknown>;
  initProducerId(request: {
    transactionalId?: string | null;
    transactionTimeout: number;
  }): Promise<{ producerId: string; producerEpoch: number }>;
  listOffsets(request: {
    replicaId: number;
    isolationLevel: number;
    topics: { topic: string; partitions: { partition: number; timestamp: number }[] }[];
  }): Promise<{ responses: { topic: string; partitions: { partition: number; offset: string }[] }[] }>;
};

/** `Cluster` whose brokers show what their published type leaves out. */
export type ClusterInternals = Omit<Cluster, 'findBroker' | 'findControllerBroker'> & {
  findBroker(node: { nodeId: string }): Promise<BrokerInternals>;
  findControllerBroker(): Promise<BrokerInternals>;
  getNodeIds(): string[];
};

export type ClusterOptions = Pick<
  KafkaConfig,
  'brokers' | 'ssl' | 'sasl' | 'clientId' | 'connectionTimeout' | 'requestTimeout' | 'retry'
> & {
  readonly logger: Logger;
  readonly socketFactory: ISocketFactory;
  readonly authenticationTimeout: number;
  readonly reauthenticationThreshold: number;
  readonly enforceRequestTimeout: boolean;
  readonly metadataMaxAge: number;
  readonly allowAutoTopicCreation: boolean;
};

/** One request as kafkajs builds it. */
interface Api<Request, Answer> {
  protocol(options: { version: number }): (request: Request) => ProtocolCall<Answer>;
}

interface Membership {
  readonly groupId: string;
  readonly memberId: string;
}

interface UsedRequests {
  readonly JoinGroup: Api<
    Membership & {
      readonly sessionTimeout: number;
      readonly rebalanceTimeout: number;
      readonly protocolType: string;
      readonly groupProtocols: readonly { readonly name: string; readonly metadata: Buffer }[];
    },
    {
      readonly generationId: number;
      readonly leaderId: string;
      readonly memberId: string;
      readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[];
    }
  >;
  readonly SyncGroup: Api<
    Membership & {
      readonly generationId: number;
      readonly groupInstanceId: null;
      readonly groupAssignment: readonly { readonly memberId: string; readonly memberAssignment: Buffer }[];
    },
    { readonly memberAssignment: Buffer }
  >;
  readonly Heartbeat: Api<Membership & { readonly groupGenerationId: number; readonly groupInstanceId: null }, unknown>;
  readonly LeaveGroup: Api<Membership & { readonly groupInstanceId: null }, unknown>;
  readonly OffsetCommit: Api<
    Membership & {
      readonly groupGenerationId: number;
      readonly topics: readonly {
        readonly topic: string;
        readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
      }[];
    },
    unknown
  >;
  readonly Fetch: Api<
    {
      replicaId: number;
      isolationLevel: number;
      maxWaitTime: number;
      minBytes: number;
      maxBytes: number;
      topics: { topic: string; partitions: { partition: number; fetchOffset: string; maxBytes: number }[] }[];
      rackId: string;
    },
    unknown
  >;
}

interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly throttledUntil: number;
}

export const KafkajsCluster = require('kafkajs/src/cluster') as new (options: ClusterOptions) => ClusterInternals;

export const defaultSocketFactory = require('kafkajs/src/network/socketFactory') as () => ISocketFactory;

export const { requests } = require('kafkajs/src/protocol/requests') as { readonly requests: UsedRequests };

export const RequestQueueInternals = require('kafkajs/src/network/requestQueue') as {
  readonly prototype: { scheduleCheckPendingRequests(this: RequestQueue): void };
};

export const { createErrorFromCode } = require('kafkajs/src/protocol/error') as {
  createErrorFromCode(code: number): Error;
};
