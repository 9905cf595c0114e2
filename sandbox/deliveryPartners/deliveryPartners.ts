import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { boundedServer } from '#platform/http/boundedServer.ts';
import { isSameSecret, parsed, readText } from '../requests.ts';
import type { ApiAnswer, Shape } from './api.ts';
import type { Behaviour } from './behaviour.ts';
import { byStandardWebhooks, byToken, Callbacks, type CallbackTarget } from '../callbacks.ts';
import { Partner } from './partner.ts';
import { stadtbote } from './stadtbote.ts';
import { velo } from './velo.ts';

const shapes = { velo, stadtbote } as const;
const signatures = { velo: byStandardWebhooks, stadtbote: byToken('stadtbote') } as const;
export type PartnerName = keyof typeof shapes;

export interface DeliveryPartnersOptions {
  /** The port to listen on; 0 takes any free one. */
  readonly port: number;
  readonly host?: string;
  /** The folder of the ledgers, one for each partner. */
  readonly dataDir: string;
  /** The secret by which each partner knows its client. */
  readonly secrets: Readonly<Record<PartnerName, string>>;
  /** Where the client wants to be told. */
  readonly callbacks?: Readonly<Record<PartnerName, CallbackTarget>>;
  readonly clock?: () => Date;
  /** How they behave when nothing else was said. */
  readonly usual?: Partial<Behaviour>;
}

export interface RunningDeliveryPartners {
  /** `http://host:port`, without a slash at the end; the API of a partner is below its name. */
  readonly url: string;
  close(): Promise<void>;
}

const maxBody = 16 * 1024;
const advanceBody = z.object({
  reference: z.string(),
  to: z.enum(['assigned', 'collected', 'delivered', 'failed', 'cancelled']),
  reason: z.string().optional(),
});
const locateBody = z.object({ reference: z.string(), latitude: z.number(), longitude: z.number() });

interface Open {
  readonly shape: Shape;
  readonly partner: Partner;
  readonly callbacks: Callbacks;
  readonly authorization: string;
}

/**
 * Two delivery partners of different shapes, for development and tests: real HTTP, ledgers that survive a kill, and
 * faults. README.md beside this file has their APIs. Rejects when the port is taken or a ledger cannot be read.
 */
export async function startDeliveryPartners(options: DeliveryPartnersOptions): Promise<RunningDeliveryPartners> {
  const opened = Promise.all(
    (Object.keys(shapes) as PartnerName[]).map(async (name) => [name, await open(name, options)] as const),
  ).then((each) => new Map<string, Open>(each));
  const server = boundedServer(
    (request, response) => {
      respond(opened, request, response).catch((error: unknown) => {
        send(response, { status: 500, body: { code: 'internal', message: String(error) } });
      });
    },
    { requestMs: 60_000, keepAliveMs: 60_000 },
  );
  const stop = () =>
    new Promise<void>((closed) => {
      server.close(() => closed());
      server.closeAllConnections();
    });
  const close = async () => {
    await stop();
    for (const { partner, callbacks } of (await opened).values()) {
      await callbacks.close();
      await partner.close();
    }
  };
  try {
    server.listen(options.port, options.host ?? '127.0.0.1');
    await once(server, 'listening');
    await opened;
  } catch (error) {
    await stop();
    throw error;
  }
  const { address, port } = server.address() as AddressInfo;
  return { url: `http://${address}:${port}`, close };
}

async function open(name: PartnerName, options: DeliveryPartnersOptions): Promise<Open> {
  const shape = shapes[name];
  const callbacks = new Callbacks(options.callbacks?.[name], signatures[name]);
  let sent = 0;
  const partner = await Partner.open(
    join(options.dataDir, `${name}.jsonl`),
    options.clock ?? (() => new Date()),
    options.usual ?? {},
    (job, times) => callbacks.send(`${name}-${Date.now()}-${(sent += 1)}`, shape.callback(job), times),
  );
  return { shape, partner, callbacks, authorization: shape.authorization(options.secrets[name]) };
}

async function respond(
  opened: Promise<ReadonlyMap<string, Open>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://partner');
  if (url.pathname === '/health') return send(response, { status: 200, body: { status: 'up' } });
  const [, name = '', path = ''] = /^\/(\w+)(\/.*)$/.exec(url.pathname) ?? [];
  const found = (await opened).get(name);
  if (!found) return send(response, { status: 404, body: { code: 'not_found' } });
  const { partner, shape, authorization } = found;
  if (!isSameSecret(request.headers.authorization ?? '', authorization))
    return send(response, { status: 401, body: { code: 'unauthorised' } });
  const body = await readObject(request);
  if (body === undefined) return send(response, { status: 400, body: { code: 'invalid_request' } });
  const method = request.method ?? 'GET';
  const staff = await byStaff(partner, method, path, url.searchParams, body);
  if (staff) return send(response, staff);

  if (partner.behaviour.delayMilliseconds > 0) await wait(partner.behaviour.delayMilliseconds);
  if (!partner.behaviour.available) return send(response, { status: 503, body: { code: 'unavailable' } });
  const changes = method !== 'GET' && !/quotes|calculate/.test(path);
  if (changes && take(partner, 'failures')) return send(response, { status: 500, body: { code: 'internal' } });
  const answer = await shape.answer(partner, { method, path, query: url.searchParams, body });
  if (changes && take(partner, 'loseAnswers')) request.socket.destroy();
  else send(response, answer);
}

function take(partner: Partner, count: 'failures' | 'loseAnswers'): boolean {
  const left = partner.behaviour[count];
  if (left > 0) partner.behaviour = { ...partner.behaviour, [count]: left - 1 };
  return left > 0;
}

/** What the partner's own people and couriers do. It is the same at both, since it is no API for clients. */
async function byStaff(
  partner: Partner,
  method: string,
  path: string,
  query: URLSearchParams,
  body: object,
): Promise<ApiAnswer | undefined> {
  switch (`${method} ${path}`) {
    case 'PUT /behaviour':
      partner.behave(body);
      return { status: 200, body: partner.behaviour };
    case 'GET /ledger':
      return { status: 200, body: { data: partner.entries(query.get('reference')) } };
    case 'POST /advance': {
      const { reference, to, reason } = advanceBody.parse(body);
      return { status: 200, body: (await partner.advance(reference, to, reason)) ?? null };
    }
    case 'POST /locate': {
      const { reference, ...position } = locateBody.parse(body);
      return { status: 200, body: (await partner.locate(reference, position)) ?? null };
    }
    default:
      return undefined;
  }
}

function send(response: ServerResponse, { status, body }: ApiAnswer): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function readObject(request: IncomingMessage): Promise<Readonly<Record<string, unknown>> | undefined> {
  const text = await readText(request, maxBody);
  const body = text === '' ? {} : parsed(text);
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : undefined;
}
