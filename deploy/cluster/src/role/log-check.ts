import { type ErrorCode, type EventSource, HaltwireError, TOPIC } from '@haltwire/schemas';
import { type Check, remembered } from './checks.ts';

const AWAY = 'Kafka does not answer';

/** Without addresses and names: everybody may read it. The log of the process says more. */
const reasons: Partial<Record<ErrorCode, string>> = {
  HALTWIRE_NOT_FOUND: 'topics are missing; run: haltwire topics ensure',
  HALTWIRE_FORBIDDEN: 'Kafka refuses access',
  HALTWIRE_UNAUTHENTICATED: 'Kafka refuses the sign-in',
};

/** Asks the log for an end. */
export function createLogCheck(source: EventSource): Check {
  const ask = async (): Promise<string | undefined> => {
    try {
      const [first = 0] = await source.partitions(TOPIC.inputs);
      await source.end(TOPIC.inputs, first);
      return undefined;
    } catch (error) {
      return (HaltwireError.isInstance(error) ? reasons[error.code] : undefined) ?? AWAY;
    }
  };
  return remembered(ask, { late: AWAY });
}
