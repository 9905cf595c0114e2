import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { refusal, type SubgraphExecution } from './execution.ts';

const maxBodyBytes = 2 * 1024 * 1024;

type HttpExecution = Pick<SubgraphExecution, 'admit' | 'answer'>;

/** The time-outs of connections to a subgraph, in ms. */
export interface HttpPatience {
  /** From the beginning of the connection to the end of the first request's headers. */
  readonly headers: number;
  /** For a whole request. */
  readonly request: number;
  /**
   * Between two requests. It must be longer than the gateway keeps idle connections (30 s): otherwise the subgraph may
   * close one just when the gateway sends a request on it.
   */
  readonly idle: number;
}

const usualPatience: HttpPatience = { headers: 10_000, request: 20_000, idle: 40_000 };

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new BodyTooLarge();
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    // Apollo Server answers a missing body with a message that says what it wants.
    return undefined;
  }
}

class BodyTooLarge extends Error {}

function send(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = { 'content-type': 'application/json; charset=utf-8' },
): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) }).end(text);
}

interface Complaint {
  readonly message: string;
  readonly extensions: { readonly code: string };
}

const complain = (response: ServerResponse, status: number, error: Complaint): void =>
  send(response, status, JSON.stringify({ errors: [error] }));

const bad = (message: string) => ({ message, extensions: { code: 'BAD_REQUEST' } });

const headerOf = (request: IncomingMessage, name: string): string | undefined => {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
};

function* headersOf({ headers }: IncomingMessage): Iterable<readonly [string, string]> {
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) yield [name, Array.isArray(value) ? value.join(', ') : value];
  }
}

/** Refuses a request before its body was read, and closes the connection, so that the body is never read. */
function refuse(response: ServerResponse, status: number, error: Complaint): void {
  response.setHeader('connection', 'close');
  complain(response, status, error);
}

async function graphql(execution: HttpExecution, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const admitted = await execution.admit({
    authorization: request.headers.authorization,
    traceparent: headerOf(request, 'traceparent'),
  });
  if (!admitted) return refuse(response, 401, refusal);
  if (request.method !== 'POST') return refuse(response, 405, bad('A subgraph takes POST only.'));
  const { status, headers, body } = await execution.answer(
    { method: 'POST', headers: headersOf(request), search: '', body: await bodyOf(request) },
    admitted,
  );
  if (body.kind !== 'complete') throw new Error('incremental delivery is not used between the gateway and a subgraph');
  send(response, status ?? 200, body.string, Object.fromEntries(headers));
}

/**
 * Makes the HTTP server of a subgraph that runs in a process of its own. It serves the gateway `POST /graphql` with
 * JSON, and health checks at `/health/live` and `/health/ready`. There is no explorer, no GET and no batching, since
 * only our own machines call it.
 */
export function subgraphServer(options: {
  readonly execution: HttpExecution;
  readonly ready: () => Promise<boolean>;
  readonly patience?: HttpPatience;
}): Server {
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.split('?')[0];
    if (path === '/health/live') return send(response, 200, JSON.stringify({ status: 'live' }));
    if (path === '/health/ready') {
      const ready = await options.ready();
      return send(response, ready ? 200 : 503, JSON.stringify({ status: ready ? 'ready' : 'not ready' }));
    }
    if (path !== '/graphql') return refuse(response, 404, bad('A subgraph serves POST /graphql.'));
    return graphql(options.execution, request, response);
  }

  const { headers, request, idle } = options.patience ?? usualPatience;
  return createServer(
    {
      headersTimeout: headers,
      requestTimeout: request,
      keepAliveTimeout: idle,
      connectionsCheckingInterval: Math.min(headers, 5_000),
    },
    (incoming, response) => {
      handle(incoming, response).catch((error: unknown) => {
        if (response.headersSent) return void response.destroy();
        if (error instanceof BodyTooLarge) return refuse(response, 413, bad(`A body may have ${maxBodyBytes} bytes.`));
        refuse(response, 500, {
          message: 'Something went wrong on our side.',
          extensions: { code: 'INTERNAL_SERVER_ERROR' },
        });
      });
    },
  );
}
