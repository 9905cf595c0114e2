import { createServer } from 'node:http';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { subgraphBytes } from './catalogue.ts';

endOnError('bench:engine, subgraphs');

/** All subgraphs, each at a path of its name, in a process of their own: their work is not part of what is measured. */
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    void subgraphBytes(request.url!.slice(1), Buffer.concat(chunks).toString()).then((bytes) =>
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length }).end(bytes),
    );
  });
});
// Longer than any turn of the bench: a connection that is closed while it is used again would be an error.
server.keepAliveTimeout = 600_000;
server.listen(Number(process.env['PORT']), '127.0.0.1', () => console.log('serving'));
