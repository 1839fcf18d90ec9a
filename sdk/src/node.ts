/**
 * OpenTelemetry tracing for hosts that have none of their own. Needs `@opentelemetry/sdk-node` and
 * `@opentelemetry/exporter-trace-otlp-proto`.
 *
 * @module
 */
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { readOptions } from './config.ts';

/** Options of `startTelemetry`. */
export interface TelemetryOptions {
  /** Base URL of the collector. Default: `HALTWIRE_ENDPOINT`, else `http://127.0.0.1:4318`. */
  readonly endpoint?: string | undefined;
  /** The agent's key. Default: environment variable `HALTWIRE_KEY`. */
  readonly key?: string | undefined;
  /** `service.name` of the spans. Default: `OTEL_SERVICE_NAME`, else OpenTelemetry's own default. */
  readonly serviceName?: string | undefined;
}

/**
 * Registers a global tracer provider that sends spans to the collector, as protobuf over HTTP. Call it once, before
 * `createHaltwire`. A host that has a provider already needs none of this: its spans go where they went before.
 *
 * Options: `endpoint` (else `HALTWIRE_ENDPOINT`, else `http://127.0.0.1:4318`), `key` (else `HALTWIRE_KEY`),
 * `serviceName` (else `OTEL_SERVICE_NAME`).
 *
 * @returns a function that delivers what is unsent and stops.
 * @throws HaltwireError `HALTWIRE_CONFIG` naming the option that is wrong, missing or unknown.
 * @example
 * const stopTelemetry = startTelemetry({ serviceName: 'deploy-bot' });
 * // ... createHaltwire(), sessions, tools ...
 * await stopTelemetry();
 */
export function startTelemetry(options: TelemetryOptions = {}): () => Promise<void> {
  const { serviceName = process.env.OTEL_SERVICE_NAME, ...connection } = options;
  const { endpoint, key } = readOptions(connection);
  const sdk = new NodeSDK({
    traceExporter: new OTLPTraceExporter({
      url: `${endpoint.href.replace(/\/$/, '')}/v1/traces`,
      headers: { authorization: `Bearer ${key}` },
    }),
    ...(serviceName === undefined ? {} : { serviceName }),
    instrumentations: [],
    metricReaders: [],
    logRecordProcessors: [],
    // The process detector would send the command line, which may hold secrets.
    autoDetectResources: false,
  });
  sdk.start();
  return () => sdk.shutdown();
}
