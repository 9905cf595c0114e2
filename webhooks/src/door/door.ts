import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { originForm } from '#platform/http/originForm.ts';
import type { Metrics } from '#platform/telemetry/metrics.ts';
import { within } from '#platform/telemetry/within.ts';
import type { Desk } from '../inbox/desk.ts';
import type { Inbox, Received } from '../inbox/inbox.ts';
import { readNotice } from '../readNotice.ts';
import { Forged } from '../signatures/signatureScheme.ts';
import { NotUnderstood, type Source } from '../source.ts';
import { readBody, type BodyProblem, type ReadBody } from './readBody.ts';

export interface DoorParts {
  readonly sources: readonly Source[];
  readonly keysOf: (source: Source) => readonly string[];
  readonly inbox: Inbox;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Whether the process can take messages. */
  readonly ready: () => Promise<boolean>;
  /** Where the messages of a source are worked off. */
  readonly deskOf: (source: Source) => Desk;
}

interface Answer {
  readonly status: number;
  readonly code: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * So many bodies of one source are read at a time: together with the limit of their size this bounds the memory. Before
 * a body is read nobody knows who sends it, so one more takes the place of the one that has taken longest. A source
 * sends its bodies at once: whoever holds places by sending slowly keeps none from it.
 */
const readAtOnce = 50;

const refusals: Readonly<Record<BodyProblem, Answer>> = {
  tooLarge: { status: 413, code: 'TOO_LARGE', headers: { connection: 'close' } },
  tooSlow: { status: 408, code: 'TOO_SLOW', headers: { connection: 'close' } },
  notText: { status: 400, code: 'NOT_UTF8' },
  displaced: { status: 503, code: 'BUSY', headers: { 'retry-after': '1', connection: 'close' } },
};

/**
 * Answers `POST /webhooks/<source>`: 200 once the message is in the inbox. A sender tries again after every other
 * answer. Neither bodies nor headers are logged.
 */
export function door(parts: DoorParts): RequestListener {
  const bySource = new Map(parts.sources.map((source) => [source.name, receiver(source, parts)]));
  return (request, response) => {
    answer(bySource, parts, request).then(
      (result) => send(response, result),
      (error: unknown) => {
        if (request.destroyed && !request.complete) return;
        parts.log.error({ err: error }, 'a webhook could not be received');
        send(response, { status: 503, code: 'UNAVAILABLE', headers: { 'retry-after': '5' } });
      },
    );
  };
}

async function answer(
  bySource: ReadonlyMap<string, (request: IncomingMessage) => Promise<Answer>>,
  { ready }: DoorParts,
  request: IncomingMessage,
): Promise<Answer> {
  const [path = ''] = originForm(request.url).split('?');
  if (path === '/health/live') return { status: 200, code: 'LIVE' };
  if (path === '/health/ready')
    return (await ready()) ? { status: 200, code: 'READY' } : { status: 503, code: 'NOT_READY' };
  const receive = bySource.get(/^\/webhooks\/([\w-]{1,40})$/.exec(path)?.[1] ?? '');
  if (!receive) return { status: 404, code: 'NOT_FOUND' };
  if (request.method !== 'POST') return { status: 405, code: 'METHOD_NOT_ALLOWED', headers: { allow: 'POST' } };
  return receive(request);
}

/** Receives the messages of one source. */
function receiver(source: Source, parts: DoorParts): (request: IncomingMessage) => Promise<Answer> {
  const rate = new RateLimiterMemory({ points: source.limits.perMinute, duration: 60 });
  /** What gives up the reading of a body, those that began first being first. */
  const reading = new Set<AbortController>();
  const refused = (reason: 'signature' | 'size' | 'time' | 'rate' | 'form' | 'conflict', result: Answer): Answer => {
    parts.metrics.count('webhooksRefused', { source: source.name, reason });
    return result;
  };

  async function read(request: IncomingMessage): Promise<ReadBody> {
    const [longest] = reading;
    if (longest && reading.size >= readAtOnce) {
      reading.delete(longest);
      longest.abort();
    }
    const place = new AbortController();
    reading.add(place);
    try {
      return await readBody(request, { ...source.limits, displaced: place.signal });
    } finally {
      reading.delete(place);
    }
  }

  /** It hands the message over also where it takes longer than the sender waits. */
  async function receive(messageId: string, body: string): Promise<Received['outcome']> {
    const desk = parts.deskOf(source);
    const told = understood(source, body, messageId);
    const claim = told.parked === undefined && desk.reserve();
    let received: Received | undefined;
    try {
      received = await parts.inbox.receive({ source: source.name, messageId, body, claim, ...told });
      return received.outcome;
    } finally {
      if (claim) desk.hand(received?.claimed);
      if (received?.outcome === 'new' && !received.claimed) desk.ring();
    }
  }

  return async (request) => {
    const read_ = await read(request);
    if ('problem' in read_) {
      const reason = { tooLarge: 'size', tooSlow: 'time', notText: 'form', displaced: 'rate' } as const;
      return refused(reason[read_.problem], refusals[read_.problem]);
    }
    const body = read_.text;
    let messageId: string;
    try {
      messageId = await source.signature.verify({ headers: request.headers, body }, parts.keysOf(source));
    } catch (error) {
      if (!(error instanceof Forged)) throw error;
      return refused('signature', { status: 401, code: 'UNAUTHENTICATED' });
    }
    // Only what the source itself has signed counts: nobody else can use up what it may send.
    const spent = await rate.consume('all').catch((error: unknown) => error);
    if (spent instanceof RateLimiterRes && spent.consumedPoints > source.limits.perMinute)
      return refused('rate', {
        status: 429,
        code: 'TOO_MANY_REQUESTS',
        headers: { 'retry-after': String(Math.ceil(spent.msBeforeNext / 1_000)) },
      });
    const received = await within(
      source.limits.milliseconds,
      () => receive(messageId, body),
      () => {
        throw new Error('the inbox does not answer');
      },
    );
    if (received === 'differs') return refused('conflict', { status: 409, code: 'ID_REUSED' });
    parts.metrics.count('webhooksReceived', { source: source.name, outcome: received });
    return { status: 200, code: received === 'new' ? 'RECEIVED' : 'REPEATED' };
  };
}

/** The object of a message. One that cannot be understood is its own object, so that no other waits for it. */
function understood(source: Source, body: string, messageId: string): { object: string; parked?: string } {
  try {
    return { object: readNotice(source, body).object };
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error;
    return { object: `message:${messageId}`, parked: error.message };
  }
}

function send(response: ServerResponse, { status, code, headers }: Answer): void {
  if (response.destroyed || response.headersSent) return;
  const body = JSON.stringify(status < 300 ? { status: code } : { error: { code } });
  response
    .writeHead(status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      ...headers,
    })
    .end(body);
}
