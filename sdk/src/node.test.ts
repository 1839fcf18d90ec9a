import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { trace } from '@opentelemetry/api';
import { expect, test } from 'vitest';
import { startTelemetry } from './node.ts';

test('spans go to the collector as protobuf, with the key, and without the command line', async () => {
  const requests: { url: string | undefined; type: string | undefined; key: string | undefined; body: string }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const { authorization: key, 'content-type': type } = request.headers;
    requests.push({ url: request.url, type, key, body: Buffer.concat(chunks).toString('latin1') });
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = startTelemetry({ endpoint, key: 'agent-key', serviceName: 'deploy-bot' });
  trace.getTracer('test').startSpan('execute_tool shell').end();
  await stop();
  server.close();
  const [request] = requests;
  expect(request).toMatchObject({ url: '/v1/traces', type: 'application/x-protobuf', key: 'Bearer agent-key' });
  expect(request?.body).toContain('execute_tool shell');
  expect(request?.body).toContain('deploy-bot');
  expect(request?.body).not.toContain('process.command');
});

test('a wrong option is refused by name', () => {
  expect(() => startTelemetry({ key: 'k', endpont: 'x' } as never)).toThrow('no option "endpont"');
});
