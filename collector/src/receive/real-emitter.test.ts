import { TOPIC } from '@haltwire/schemas';
import { SpanStatusCode } from '@opentelemetry/api';
import { OTLPLogExporter as JsonLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtoLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import { LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentKey, type Door, openDoor } from '../testing/door.ts';

let door: Door;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.close());

const headers = { authorization: `Bearer ${agentKey}` };

describe("OpenTelemetry's own JavaScript sdk", () => {
  it('sends execute_tool spans in protobuf, compressed, and they arrive', async () => {
    const exporter = new OTLPTraceExporter({
      url: `${door.url}/v1/traces`,
      headers,
      compression: CompressionAlgorithm.GZIP,
    });
    const provider = new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter })] });
    const tracer = provider.getTracer('a-harness');
    tracer.startSpan('chat a-model', { attributes: { 'gen_ai.operation.name': 'chat' } }).end();
    const span = tracer.startSpan('execute_tool shell', {
      attributes: {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'shell',
        'gen_ai.tool.call.id': 'call_1',
        'gen_ai.conversation.id': 'conversation 1',
        'gen_ai.tool.call.arguments': JSON.stringify({ command: 'rm -rf /srv/data' }),
        retries: 3,
        tags: ['a', 'b'],
        ratio: 0.5,
      },
    });
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'no' });
    span.end();
    await provider.forceFlush();
    await provider.shutdown();
    expect(door.log.records(TOPIC.inputs)).toMatchObject([
      {
        type: 'call',
        phase: 'result',
        origin: 'span',
        sessionId: 'conversation 1',
        callId: 'call_1',
        claimed: {
          tool: { name: 'shell' },
          arguments: { command: 'rm -rf /srv/data' },
          status: 'error',
          time: expect.any(Number),
        },
        observed: { transport: 'otlp/http+protobuf' },
      },
    ]);
    expect(door.collector.metrics()).toMatchObject({ 'records.received': 2, 'records.ignored.not-a-tool-call': 1 });
  });

  for (const [encoding, Exporter] of [
    ['protobuf', ProtoLogExporter],
    ['json', JsonLogExporter],
  ] as const) {
    it(`sends our log events in ${encoding}, and they arrive`, async () => {
      door.log.entries(TOPIC.inputs).length = 0;
      const exporter = new Exporter({ url: `${door.url}/v1/logs`, headers });
      const provider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] });
      provider.getLogger('a-harness').emit({
        eventName: 'haltwire.intent',
        timestamp: 1767225600000,
        attributes: {
          'gen_ai.conversation.id': 's1',
          'gen_ai.tool.call.id': 'c1',
          'gen_ai.tool.name': 'shell',
          'gen_ai.tool.call.arguments': JSON.stringify({ command: 'ls' }),
          'haltwire.producer': 'p1',
          'haltwire.seq': 4,
          'haltwire.read_only': true,
        },
      });
      await provider.forceFlush();
      await provider.shutdown();
      expect(door.log.records(TOPIC.inputs)).toMatchObject([
        {
          phase: 'intent',
          seq: 4,
          callId: 'c1',
          claimed: { readOnly: true, time: 1767225600000 },
          derived: { readOnly: true },
          observed: { transport: `otlp/http+${encoding}` },
        },
      ]);
    });
  }
});
