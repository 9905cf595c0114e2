import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { boundedServer } from '#platform/http/boundedServer.ts';
import { byStandardWebhooks, Callbacks, type CallbackTarget } from '../callbacks.ts';
import { isSameSecret, readJson } from '../requests.ts';
import { shapes, type Answer, type Wanted } from './shapes.ts';
import { Ledger, type Booking } from './ledger.ts';

/** What the partner does wrong with the next posting. */
export const faults = [
  'ERROR',
  'LOSE_REQUEST',
  'LOSE_ANSWER',
  'FORGET',
  'BOOK_TWICE',
  'WRONG_AMOUNT',
  'STRANGE_ACCOUNT',
  'REFUSE',
  'TELL_FIRST',
] as const;
export type Fault = (typeof faults)[number];

export interface LoyaltyPartnerOptions {
  /** The port to listen on; 0 takes any free one. */
  readonly port: number;
  /** The address to listen on; 127.0.0.1 by default. */
  readonly host?: string;
  /** The folder of the partner's books. */
  readonly dataDir: string;
  /** What callers must send as `Authorization: Bearer …`. */
  readonly apiKey: string;
  /** Where the client wants to be told. */
  readonly webhooks?: CallbackTarget;
  readonly clock?: () => Date;
}

export interface RunningLoyaltyPartner {
  /** `http://host:port`, without a slash at the end. */
  readonly url: string;
  readonly ledger: Ledger;
  /** Has the next postings go wrong, one fault each. */
  failNext(...next: Fault[]): void;
  /** Changes the points of an account by its own hand, and tells the client, `times` times. */
  adjust(adjustment: Adjustment, times?: number): Promise<Booking>;
  close(): Promise<void>;
}

const maxBody = 4 * 1024;

const adjustmentBody = z.object({
  /** The id of the booking; a new one by default. */
  key: z.uuid().optional(),
  account: z.uuid(),
  /** The points added; negative for points that were spent. */
  points: z.int().refine((points) => points !== 0),
});
type Adjustment = z.output<typeof adjustmentBody>;

/**
 * A loyalty partner of our own, for development and tests: real HTTP, books of its own, and a file of each day. Its
 * faults can be switched on. It speaks both shapes of API; README.md beside this file tells them.
 */
export async function startLoyaltyPartner(options: LoyaltyPartnerOptions): Promise<RunningLoyaltyPartner> {
  const clock = options.clock ?? (() => new Date());
  const next: Fault[] = [];
  const webhooks = new Callbacks(options.webhooks, byStandardWebhooks);
  const server = boundedServer(
    (request, response) => {
      respond(request, response).catch(() => send(response, 500, problem('internal')));
    },
    { requestMs: 10_000 },
  );
  server.listen(options.port, options.host ?? '127.0.0.1');
  await once(server, 'listening');
  // Opened only now, so that a second process on the same port fails before it touches the books.
  const ledger = new Ledger(options.dataDir);

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://partner');
    if (pathname === '/health') return send(response, 200, { status: 'up' });
    const shape = shapes.find(({ keyOf }) => isSameSecret(keyOf(request.headers), options.apiKey));
    if (!shape) return send(response, 401, problem('unauthorised'));
    const body = await readJson(request, maxBody);
    if (request.method === 'POST' && pathname === '/v1/faults') {
      const asked = (body as { next?: unknown } | undefined)?.next;
      next.push(...faults.filter((each) => Array.isArray(asked) && asked.includes(each)));
      return send(response, 200, { next });
    }
    if (request.method === 'POST' && pathname === '/v1/adjustments') {
      const asked = adjustmentBody.safeParse(body).data;
      return asked ? send(response, 201, await adjust(asked)) : send(response, 400, problem('invalid_request'));
    }
    const day = request.method === 'GET' ? shape.dayOf(pathname) : undefined;
    if (day !== undefined) {
      if (day >= clock().toISOString().slice(0, 10)) return send(response, 404, problem('not_yet'));
      return void response.writeHead(200, { 'content-type': 'text/csv' }).end(ledger.fileOf(day));
    }
    const wanted = shape.read(`${request.method} ${pathname}`, request.headers, body);
    if (wanted === undefined) return send(response, 404, problem('not_found'));
    if (wanted === 'invalid') return send(response, 400, problem('invalid_request'));
    const isToldFirst = next[0] === 'TELL_FIRST';
    const outcome = book(wanted);
    const isDecided = outcome === 'lost' ? ledger.firstOf(wanted.key) !== undefined : outcome !== 'broken';
    if (isDecided) {
      const told = tell(`decided-${wanted.key}`, { type: 'posting.decided', key: wanted.key });
      if (isToldFirst) await told;
    }
    if (outcome === 'lost') return void request.socket.destroy();
    if (outcome === 'broken') return send(response, 500, problem('internal'));
    const { status, body: told } = shape.tell(outcome);
    send(response, status, told);
  }

  /** Books what is wanted, or does with it what the next fault says. */
  function book(wanted: Wanted): Answer | 'lost' | 'broken' {
    const earlier = ledger.firstOf(wanted.key);
    if (earlier) return { kind: 'known', booking: earlier };
    const fault = next.shift();
    if (fault === 'ERROR') return 'broken';
    if (fault === 'LOSE_REQUEST') return 'lost';
    if (fault === 'REFUSE') return { kind: 'refused', code: 'account_closed' };
    if (wanted.kind === 'BURN' && ledger.balanceOf(wanted.account) < wanted.points)
      return { kind: 'refused', code: 'insufficient_points' };
    const bookedAt = clock().toISOString();
    const booking = ledger.book({
      ...wanted,
      ...(fault === 'STRANGE_ACCOUNT' && { account: randomUUID() }),
      points: fault === 'WRONG_AMOUNT' ? wanted.points + 1 : wanted.points,
      bookedAt,
      ...(fault === 'FORGET' && { forgotten: true as const }),
    });
    if (fault === 'BOOK_TWICE') ledger.book({ ...wanted, bookedAt });
    return fault === 'LOSE_ANSWER' ? 'lost' : { kind: 'booked', booking };
  }

  const tell = (id: string, body: object, times = 1): Promise<void> =>
    webhooks.send(id, { version: '2026-01', ...body }, times);

  async function adjust({ key = randomUUID(), account, points }: Adjustment, times = 1): Promise<Booking> {
    const kind = points > 0 ? 'EARN' : 'BURN';
    const bookedAt = clock().toISOString();
    const booking = ledger.firstOf(key) ?? ledger.book({ key, account, kind, points: Math.abs(points), bookedAt });
    await tell(`adjusted-${key}`, { type: 'account.adjusted', booking: key, account, points, bookedAt }, times);
    return booking;
  }

  const { address, port } = server.address() as AddressInfo;
  return {
    url: `http://${address}:${port}`,
    ledger,
    failNext: (...more) => void next.push(...more),
    adjust,
    async close() {
      await new Promise<void>((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      });
      await webhooks.close();
    },
  };
}

const problem = (code: string) => ({ error: { code } });

function send(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
