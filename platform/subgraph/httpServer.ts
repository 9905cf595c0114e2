import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { SubgraphCall, SubgraphRequest } from './execution.ts';

const maxBodyBytes = 2 * 1024 * 1024;

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) }).end(text);
}

const complaint = (code: string, message: string) => ({ errors: [{ message, extensions: { code } }] });

function requestOf(body: string): SubgraphRequest | undefined {
  try {
    const request: unknown = JSON.parse(body);
    if (typeof request === 'object' && request !== null && 'query' in request && typeof request.query === 'string') return request as SubgraphRequest;
  } catch { /* answered with 400 */ }
  return undefined;
}

/**
 * Serves a subgraph alone, to the gateway: POST /graphql with JSON, `/health/live` and `/health/ready`. Its clients are machines of
 * ours, so it is lean: no explorer, no GET, no batches.
 */
export function subgraphServer(options: { readonly execute: SubgraphCall; readonly ready: () => Promise<boolean> }): Server {
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.split('?')[0];
    if (path === '/health/live') return send(response, 200, { status: 'live' });
    if (path === '/health/ready') {
      const ready = await options.ready();
      return send(response, ready ? 200 : 503, { status: ready ? 'ready' : 'not ready' });
    }
    if (path !== '/graphql') return send(response, 404, complaint('BAD_REQUEST', 'A subgraph serves POST /graphql.'));
    if (request.method !== 'POST') return send(response, 405, complaint('BAD_REQUEST', 'A subgraph takes POST only.'));
    const body = await bodyOf(request);
    if (body === undefined) return send(response, 413, complaint('BAD_REQUEST', `A body may have ${maxBodyBytes} bytes.`));
    const graphql = requestOf(body);
    if (!graphql) return send(response, 400, complaint('BAD_REQUEST', 'The body must be JSON with a `query`.'));
    const result = await options.execute(graphql, {
      authorization: request.headers.authorization, traceparent: request.headers['traceparent'] as string | undefined,
    });
    const refused = result.data === undefined && result.errors?.[0]?.extensions['code'] === 'UNAUTHENTICATED';
    send(response, refused ? 401 : 200, result);
  }

  return createServer((request, response) => {
    handle(request, response).catch(() => {
      if (!response.headersSent) send(response, 500, complaint('INTERNAL_SERVER_ERROR', 'Something went wrong on our side.'));
    });
  });
}
