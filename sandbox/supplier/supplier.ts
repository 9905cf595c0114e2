import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { boundedServer } from '#platform/http/boundedServer.ts';
import { byToken, Callbacks, type CallbackTarget } from '../callbacks.ts';
import { isSameSecret, parsed, readText } from '../requests.ts';
import type { Behaviour } from './behaviour.ts';
import { Books, type Order } from './books.ts';
import { shapes, type ApiAnswer, type ApiRequest } from './shapes.ts';

export interface SupplierOptions {
  /** The port to listen on; 0 takes any free one. */
  readonly port: number;
  readonly host?: string;
  /** The folder of the ledger. */
  readonly dataDir: string;
  /** The key by which the supplier knows its client. */
  readonly apiKey: string;
  /** Where the client wants to be told. */
  readonly webhooks?: CallbackTarget;
  readonly clock?: () => Date;
  /** How it behaves when nothing else was said. */
  readonly usual?: Partial<Behaviour>;
}

export interface RunningSupplier {
  /** `http://host:port`, without a slash at the end. */
  readonly url: string;
  readonly books: Books;
  close(): Promise<void>;
}

const maxBody = 256 * 1024;
const ofOrder = z.object({ reference: z.string() });

/**
 * A supplier of ingredients, for development and tests: real HTTP in two shapes of API, a ledger that survives a kill,
 * and faults. README.md beside this file has its API. Rejects when the port is taken or the ledger cannot be read.
 */
export async function startSupplier(options: SupplierOptions): Promise<RunningSupplier> {
  const webhooks = new Callbacks(options.webhooks, byToken('supplier'));
  const send = (id: string, body: object, times: number): Promise<void> =>
    webhooks.send(id, { version: '2026-01', ...body }, times);
  const opening = { books: undefined as Books | undefined };
  const server = boundedServer(
    (request, response) => {
      respond(request, response).catch((error: unknown) =>
        answer(response, { status: error instanceof z.ZodError ? 400 : 500, body: { message: String(error) } }),
      );
    },
    { requestMs: 60_000, keepAliveMs: 60_000 },
  );
  const stop = () =>
    new Promise<void>((closed) => {
      server.close(() => closed());
      server.closeAllConnections();
    });
  try {
    server.listen(options.port, options.host ?? '127.0.0.1');
    await once(server, 'listening');
    // Opened only now, so that a second process on the same port fails before it touches the books.
    opening.books = await Books.open(
      join(options.dataDir, 'supplier.jsonl'),
      options.clock ?? (() => new Date()),
      options.usual ?? {},
      (order, times) => send(`${order.state}-${order.number}-${order.reference}`, noticeOf(order), times),
    );
  } catch (error) {
    await stop();
    throw error;
  }
  const books = opening.books;

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://supplier');
    if (url.pathname === '/health') return answer(response, { status: 200, body: { status: 'up' } });
    if (!opening.books) return answer(response, { status: 503, body: null });
    const given = request.headers.authorization ?? '';
    const shape = shapes.find(({ authorization }) => isSameSecret(given, authorization(options.apiKey)));
    if (!shape) return answer(response, { status: 401, body: { code: 'unauthorised' } });
    const body = await readBody(request);
    if (body === undefined) return answer(response, { status: 400, body: { code: 'invalid_request' } });
    const asked: ApiRequest = { method: request.method ?? 'GET', path: url.pathname, query: url.searchParams, body };
    const staff = await byStaff(asked);
    if (staff) return answer(response, staff);

    const { delayMilliseconds, available } = books.behaviour;
    if (delayMilliseconds > 0) await wait(delayMilliseconds);
    if (!available) return answer(response, { status: 503, body: null });
    const isOrder = shape.isOrder(asked);
    if (isOrder && faulty('failures')) return answer(response, { status: 500, body: null });
    const told = await shape.answer(books, asked);
    if (isOrder && faulty('loseAnswers')) request.socket.destroy();
    else answer(response, told);
  }

  function faulty(count: 'failures' | 'loseAnswers'): boolean {
    const left = books.behaviour[count];
    if (left > 0) books.behaviour = { ...books.behaviour, [count]: left - 1 };
    return left > 0;
  }

  /** What the supplier's own people do, whichever shape its clients speak. */
  async function byStaff({ method, path, query, body }: ApiRequest): Promise<ApiAnswer | undefined> {
    const found = (order: Order | undefined): ApiAnswer => ({ status: order ? 200 : 404, body: order ?? null });
    switch (`${method} ${path}`) {
      case 'PUT /behaviour':
        books.behave(body);
        return { status: 200, body: books.behaviour };
      case 'GET /ledger':
        return { status: 200, body: { data: books.entries(query.get('reference')) } };
      case 'POST /send':
        return found(await books.send(ofOrder.parse(body).reference));
      case 'POST /arrive':
        return found(await books.arrive(ofOrder.parse(body).reference));
      case 'POST /cancel':
        return found(await books.cancel(ofOrder.parse(body).reference));
      case 'POST /notice':
        await send(randomUUID(), body as object, books.behaviour.webhookTimes);
        return { status: 200, body: {} };
      default:
        return undefined;
    }
  }

  const { address, port } = server.address() as AddressInfo;
  return {
    url: `http://${address}:${port}`,
    books,
    async close() {
      await stop();
      await webhooks.close();
      await books.close();
    },
  };
}

const noticeOf = ({ state, reference, storeId, number, sent, expectedAt }: Order): object => ({
  type: state === 'arrived' ? 'delivery.arrived' : 'shipment.sent',
  order: reference,
  storeId,
  deliveryNote: `D-${number}`,
  ...(state === 'sent' && { expectedAt: expectedAt.toISOString() }),
  lines: (sent ?? []).map(({ article, packs, packSize }) => ({ ingredientId: article, quantity: packs * packSize })),
});

function answer(response: ServerResponse, { status, body }: ApiAnswer): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(body === null ? '' : JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const text = await readText(request, maxBody);
  return text === '' ? {} : parsed(text);
}
