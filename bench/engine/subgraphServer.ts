import { createServer } from 'node:http';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { subgraphBytes } from './catalogue.ts';

endOnError('bench:engine, subgraphs');

/**
 * Serves all subgraphs, each at a path with its name. They have a process of their own, because their work is not to be
 * measured.
 */
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    void subgraphBytes(request.url!.slice(1), Buffer.concat(chunks).toString()).then((bytes) =>
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length }).end(bytes),
    );
  });
});
// This is longer than any turn of the bench, because a request on a connection that is being closed would fail.
server.keepAliveTimeout = 600_000;
server.listen(Number(process.env['PORT']), '127.0.0.1', () => console.log('serving'));
