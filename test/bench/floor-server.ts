import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

/** The floor: takes a POST, and answers it with one frame on the socket. No log, no judgement, nothing durable. */
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => {
    body += String(chunk);
  });
  request.on('end', () => {
    for (const client of sockets.clients) client.send(body.slice(0, 200));
    response.end('{}');
  });
});
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(
    `${JSON.stringify({ port: address !== null && typeof address === 'object' ? address.port : 0 })}\n`,
  );
});
process.on('disconnect', () => process.exit());
