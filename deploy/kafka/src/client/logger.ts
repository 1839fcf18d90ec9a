import { type logCreator, logLevel } from 'kafkajs';

/** A structural logger: pino, fastify's logger and console fit. Called a few times a minute at most; never with secrets. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Says nothing. */
export const silentLogger: Logger = { info: () => {}, warn: () => {}, error: () => {} };

/**
 * kafkajs logs every failed attempt, at level error, also those that the next attempt mends. What matters is said by our
 * own code, once; so kafkajs itself is not heard.
 */
export const quietKafkajs: { readonly logLevel: logLevel; readonly logCreator: logCreator } = {
  logLevel: logLevel.NOTHING,
  logCreator: () => () => {},
};
