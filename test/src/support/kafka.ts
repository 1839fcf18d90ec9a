import { kafkaAvailable } from '@haltwire/kafka/broker';
import { describe, test } from 'vitest';

/** `describe` where a real broker can run; elsewhere one skipped test that says why. In CI that is an error. */
export function describeWithKafka(title: string, body: () => void): void {
  const kafka = kafkaAvailable();
  if (kafka.available) {
    describe(title, body);
    return;
  }
  if (process.env.CI !== undefined) throw new Error(`CI must not skip Kafka: ${kafka.reason}`);
  test.skip(`${title}: skipped, because ${kafka.reason}`);
}
