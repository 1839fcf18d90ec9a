/**
 * A real broker for tests and local trials.
 *
 * @module
 */
export { type Availability, KAFKA_VERSION, kafkaAvailable } from './available.ts';
export { type Broker, type BrokerOptions, startBroker } from './start-broker.ts';
export { type BrokerCluster, type ClusterOptions, startCluster } from './start-cluster.ts';
