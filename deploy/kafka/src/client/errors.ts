import { HaltwireError } from '@haltwire/schemas';
import kafkajs from 'kafkajs';

/** Kafka's own name of an error, for example `NOT_LEADER_FOR_PARTITION`; undefined when it did not come from a broker. */
export function kafkaErrorType(error: unknown): string | undefined {
  if (error instanceof kafkajs.KafkaJSProtocolError) return error.type;
  // kafkajs wraps the last error of a row of attempts.
  if (error instanceof Error && error.cause instanceof Error && error.cause !== error)
    return kafkaErrorType(error.cause);
  return undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}

const REFUSALS: Readonly<Record<string, readonly [HaltwireError['code'], string]>> = {
  TOPIC_AUTHORIZATION_FAILED: ['HALTWIRE_FORBIDDEN', 'grant this user the ACLs of the README.'],
  CLUSTER_AUTHORIZATION_FAILED: ['HALTWIRE_FORBIDDEN', 'grant this user the ACLs of the README.'],
  GROUP_AUTHORIZATION_FAILED: ['HALTWIRE_FORBIDDEN', 'grant this user the ACLs of the README.'],
  INCONSISTENT_GROUP_PROTOCOL: [
    'HALTWIRE_CONFIG',
    'the group is used by another kind of consumer: choose another name.',
  ],
  INVALID_SESSION_TIMEOUT: [
    'HALTWIRE_CONFIG',
    'the brokers allow kafka.sessionTimeoutMs between their group.min.session.timeout.ms and group.max.session.timeout.ms.',
  ],
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: ['HALTWIRE_FORBIDDEN', 'grant this user the ACLs of the README.'],
  SASL_AUTHENTICATION_FAILED: ['HALTWIRE_UNAUTHENTICATED', 'check kafka.sasl.'],
  UNSUPPORTED_SASL_MECHANISM: ['HALTWIRE_UNAUTHENTICATED', 'the brokers do not offer kafka.sasl.mechanism.'],
  MESSAGE_TOO_LARGE: ['HALTWIRE_TOO_LARGE', 'raise max.message.bytes of the topic and kafka.maxMessageBytes.'],
  RECORD_LIST_TOO_LARGE: ['HALTWIRE_TOO_LARGE', 'raise max.message.bytes of the topic and kafka.maxMessageBytes.'],
  UNKNOWN_TOPIC_OR_PARTITION: ['HALTWIRE_NOT_FOUND', 'create the topics first (ensureTopics).'],
};

/**
 * A `HaltwireError` for whatever went wrong between us and the brokers.
 *
 * What a person must mend has its own code; everything else is `HALTWIRE_UNAVAILABLE`: try again later.
 */
export function asHaltwireError(error: unknown, doing: string): HaltwireError {
  if (HaltwireError.isInstance(error)) return error;
  const type = kafkaErrorType(error);
  const isSignIn = error instanceof Error && error.name === 'KafkaJSSASLAuthenticationError';
  const refusal = isSignIn ? REFUSALS.SASL_AUTHENTICATION_FAILED : REFUSALS[type ?? ''];
  if (refusal !== undefined) {
    const [code, cure] = refusal;
    return new HaltwireError(code, `Kafka refused while ${doing} (${type ?? 'sign-in failed'}): ${cure}`, {
      cause: error,
    });
  }
  return new HaltwireError(
    'HALTWIRE_UNAVAILABLE',
    `Kafka could not be used while ${doing}: ${messageOf(error)}. Check that the brokers are up and reachable, then retry.`,
    { cause: error },
  );
}

const FINAL: readonly HaltwireError['code'][] = [
  'HALTWIRE_FORBIDDEN',
  'HALTWIRE_UNAUTHENTICATED',
  'HALTWIRE_TOO_LARGE',
  'HALTWIRE_CONFIG',
];

/** Nothing but a person's hand will mend these, so trying again is no use. */
export function isFinal(error: unknown): boolean {
  const { code } = asHaltwireError(error, '');
  return FINAL.includes(code);
}
