import { EVENT, GENAI, HALTWIRE, OTEL } from '@haltwire/schemas';
import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { expect, test } from 'vitest';
import { allow } from './testing/scripted-server.ts';
import { openBench, rejectionOf } from './testing/with-server.ts';

function recordingTracer() {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  return { exporter, tracer: provider.getTracer('test') };
}

test('a call is one execute_tool span, and the log records carry its ids', async () => {
  const { exporter, tracer } = recordingTracer();
  const { server, session } = await openBench({ options: { tracer }, session: { sessionId: 'ses-1' } });
  await session.tool('shell', { command: 'make' }, () => 'built', { type: 'function', description: 'runs a command' });
  await session.end();
  const [span] = exporter.getFinishedSpans();
  expect(span?.name).toBe('execute_tool shell');
  expect(span?.attributes).toMatchObject({
    [GENAI.operationName]: 'execute_tool',
    [GENAI.toolName]: 'shell',
    [GENAI.toolType]: 'function',
    [GENAI.agentName]: 'deploy-bot',
    [GENAI.conversationId]: 'ses-1',
    [GENAI.toolCallArguments]: '{"command":"make"}',
    [GENAI.toolCallResult]: 'built',
  });
  const [intent] = server.eventsOf(EVENT.intent);
  expect(intent?.traceId).toBe(span?.spanContext().traceId);
  expect(span?.attributes[HALTWIRE.digest]).toBe(intent?.attributes[HALTWIRE.digest]);
  expect(span?.attributes[GENAI.toolCallId]).toBe(intent?.callId);
});

test('a failed call ends as an error with its type', async () => {
  const { exporter, tracer } = recordingTracer();
  const { session } = await openBench({ options: { tracer } });
  await rejectionOf(session.tool('shell', { command: 'make' }, () => Promise.reject(new RangeError('no'))));
  const [span] = exporter.getFinishedSpans();
  expect(span?.status.code).toBe(SpanStatusCode.ERROR);
  expect(span?.attributes[OTEL.errorType]).toBe('RangeError');
});

test('a refused call is no execute_tool span: nothing was executed', async () => {
  const { exporter, tracer } = recordingTracer();
  const { session } = await openBench({
    options: { tracer },
    script: { judge: (intent) => [allow(intent, { decision: 'deny' })] },
  });
  await rejectionOf(session.tool('shell', { command: 'make' }, () => 1));
  const [span] = exporter.getFinishedSpans();
  expect(span?.name).toBe('refuse_tool shell');
  expect(span?.attributes[GENAI.operationName]).toBe('refuse_tool');
});

test('execute runs inside the span', async () => {
  const { tracer } = recordingTracer();
  const { AsyncLocalStorageContextManager } = await import('@opentelemetry/context-async-hooks');
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const { server, session } = await openBench({ options: { tracer } });
  const inside = await session.tool('shell', { command: 'make' }, () => trace.getActiveSpan()?.spanContext().traceId);
  expect(inside).toBe(server.eventsOf(EVENT.intent)[0]?.traceId);
  context.disable();
});
