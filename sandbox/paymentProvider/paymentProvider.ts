import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { boundedServer } from '#platform/http/boundedServer.ts';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { isSameSecret, parsed, readText } from '../requests.ts';
import { byStandardWebhooks, Callbacks, type CallbackTarget } from '../callbacks.ts';
import { refusal } from './bank.ts';
import { Kassa, type KassaReply } from './kassa/kassa.ts';
import { Provider } from './provider.ts';
import { answer, type ApiAnswer } from './routes.ts';

export interface PaymentProviderOptions {
  /** The port to listen on; 0 takes any free one. */
  readonly port: number;
  /** The address to listen on; 127.0.0.1 by default. */
  readonly host?: string;
  /** The folder of the ledger file `ledger.jsonl`; it is made if it does not exist. */
  readonly dataDir: string;
  /** What callers must send as `Authorization: Bearer …`. */
  readonly apiKey: string;
  readonly clock?: () => Date;
  /** Where the merchant wants to be told of what happens; nowhere by default. */
  readonly webhooks?: CallbackTarget;
  /** What merchants of the other provider, Kassa, send as `Authorization: Bearer …`; it is closed without one. */
  readonly kassa?: { readonly apiKey: string; readonly webhooks?: CallbackTarget };
}

export interface RunningPaymentProvider {
  /** `http://host:port`, without a slash at the end. */
  readonly url: string;
  /** Drops open connections, and resolves when the ledger file is closed. */
  close(): Promise<void>;
}

const maxBody = 16 * 1024;

/**
 * A card payment provider of our own, for development and tests: real HTTP, and a ledger that survives a kill.
 * See README.md beside this file for its API. Rejects when the port is taken or the ledger cannot be read.
 */
export async function startPaymentProvider(options: PaymentProviderOptions): Promise<RunningPaymentProvider> {
  const server = boundedServer(
    (request, response) => {
      const failed = (error: unknown) =>
        send(response, refusal(500, 'internal', error instanceof Error ? error.message : 'failed'));
      if (request.url?.startsWith('/kassa/')) respondAsKassa(kassa, request, response).catch(failed);
      else respond(provider, options.apiKey, request, response).catch(failed);
    },
    { requestMs: 10_000, keepAliveMs: 60_000 },
  );
  // The port is opened before the ledger, so that a second process with the same settings fails and writes nothing.
  const provider = once(server, 'listening').then(() =>
    Provider.open(
      join(options.dataDir, 'ledger.jsonl'),
      options.clock ?? (() => new Date()),
      new Callbacks(options.webhooks, byStandardWebhooks),
    ),
  );
  const { clock, dataDir } = options;
  const kassa = provider.then(() => options.kassa && Kassa.open({ ...options.kassa, dataDir, clock }));
  server.listen(options.port, options.host ?? '127.0.0.1');
  const stop = () =>
    new Promise<void>((closed) => {
      server.close(() => closed());
      server.closeAllConnections();
    });
  try {
    const [opened, openedKassa] = await Promise.all([provider, kassa]);
    const { address, port } = server.address() as AddressInfo;
    return {
      url: `http://${address}:${port}`,
      close: async () => {
        await stop();
        await opened.close();
        await openedKassa?.close();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function respond(
  provider: Promise<Provider>,
  apiKey: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://provider');
  if (url.pathname === '/health') return send(response, { status: 200, body: { status: 'up' } });
  const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  if (!isSameSecret(given, apiKey))
    return send(response, refusal(401, 'unauthorised', 'The API key is missing or wrong.'));
  const body = await readObject(request);
  if (body === undefined)
    return send(response, refusal(400, 'invalid_request', `The body is no JSON object of at most ${maxBody} bytes.`));
  const key = request.headers['idempotency-key'];
  const result = await answer(await provider, {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    body,
    idempotencyKey: typeof key === 'string' ? key : null,
  });
  if (result.lost) request.socket.destroy();
  else send(response, result);
}

async function respondAsKassa(
  opened: Promise<Kassa | undefined>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const kassa = await opened;
  const body = await readObject(request);
  if (!kassa || body === undefined) return send(response, refusal(kassa ? 400 : 404, 'invalid_request', 'Not here.'));
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://kassa');
  const key = request.headers['idempotency-key'];
  const reply: KassaReply = await kassa.answer({
    method: request.method ?? 'GET',
    path: pathname.slice('/kassa'.length),
    query: searchParams,
    body,
    authorization: request.headers.authorization ?? '',
    idempotencyKey: typeof key === 'string' ? key : null,
    origin: `http://${request.headers.host ?? 'localhost'}`,
  });
  const { status, location } = reply;
  if (reply.lost) request.socket.destroy();
  else if (location !== undefined) response.writeHead(status, { location }).end();
  else send(response, reply);
}

function send(response: ServerResponse, { status, body, replayed, type }: ApiAnswer): void {
  if (response.destroyed || response.headersSent) return;
  if (type !== undefined) return void response.writeHead(status, { 'content-type': type }).end(String(body));
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(replayed ? { 'idempotent-replayed': 'true' } : {}),
  });
  response.end(JSON.stringify(body));
}

async function readObject(request: IncomingMessage): Promise<unknown> {
  const text = await readText(request, maxBody);
  if (text === '') return {};
  if (text !== undefined && request.headers['content-type']?.startsWith('application/x-www-form-urlencoded'))
    return Object.fromEntries(new URLSearchParams(text));
  const body = parsed(text);
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? body : undefined;
}
