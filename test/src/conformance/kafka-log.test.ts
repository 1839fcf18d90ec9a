import { openKafkaLog } from '@haltwire/kafka';
import { describeWithKafka, useBroker } from '@haltwire/kafka/testing';
import { describeLogDriver } from './describe-log-driver.ts';

describeWithKafka('on a real broker', () => {
  const kafka = useBroker();

  for (const compression of ['none', 'zstd'] as const) {
    describeLogDriver(`the log on Kafka, compression ${compression}`, async () => {
      // One partition, as the suite expects. Topics of earlier tests stay until the broker's folder goes.
      const config = await kafka.topics({ compression });
      return { open: async () => openKafkaLog({ config }), destroy: async () => {} };
    });
  }
});
