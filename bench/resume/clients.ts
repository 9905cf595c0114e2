import { answerCalls } from '../streams/childCalls.ts';
import { percentile } from '../streams/figures.ts';
import { LoadSocket } from '../streams/loadSocket.ts';

export interface Visit {
  readonly port: number;
  readonly document: string;
  readonly authorizations: readonly string[];
  /** Client `n` follows feed `n % feeds.length`, until it is shown version `heads[n % feeds.length]`. */
  readonly feeds: readonly string[];
  readonly heads: readonly number[];
  /** How many clients connect at a time. */
  readonly atOnce: number;
  /** Whether each client sends the cursor that it has. */
  readonly resume: boolean;
  /** Whether each version has a message of its own; otherwise one message may stand for several versions. */
  readonly everyVersion: boolean;
}

/** Milliseconds since the first client began to connect. */
export interface Arrived {
  /** Until the last client got its `connection_ack`. */
  readonly acknowledgedMs: number;
  /** Until a client had what it missed. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly lastMs: number;
  readonly messages: number;
  /** How many attempts failed, by the message. */
  readonly failed: readonly (readonly [what: string, count: number])[];
  /** Messages that a client should not have got, or should have got and did not. */
  readonly wrong: readonly string[];
}

interface Client {
  socket?: LoadSocket;
  cursor?: string;
  /** The last version that the client was shown. */
  version: number;
}

interface Payload {
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
  readonly extensions?: {
    readonly stream?: {
      readonly kind: string;
      readonly cursor: string;
      readonly version: number;
      readonly reason?: string;
    };
  };
}

const patienceMs = 90_000;
const retryMs = 250;
/** Ports are per pair of addresses. */
const addresses = 8;

const clients: Client[] = [];
const failed = new Map<string, number>();
let wrong: string[] = [];
let messages = 0;
let heads: readonly number[] = [];
let everyVersion = true;
let arrived: (number: number) => void = () => undefined;

const headOf = (number: number): number => heads[number % heads.length]!;

/** A snapshot comes to who has nothing yet; then what follows, each once. */
function show(number: number, { errors, extensions }: Payload): void {
  const client = clients[number]!;
  const mark = extensions?.stream;
  if (!mark || errors) return refused(number, errors);
  messages += 1;
  const { kind, version, reason } = mark;
  const isNext =
    client.cursor === undefined
      ? kind === 'snapshot'
      : kind === 'event' && (everyVersion ? version === client.version + 1 : version > client.version);
  if (!isNext || version > headOf(number))
    wrong.push(
      `client ${number} at ${client.version} of ${headOf(number)} was shown ${kind} ${version} ${reason ?? ''}`,
    );
  client.version = version;
  client.cursor = mark.cursor;
  if (version === headOf(number)) arrived(number);
}

/** The client tries to connect again. */
function refused(number: number, errors: Payload['errors']): void {
  const code = errors?.[0]?.extensions?.code ?? 'no code';
  failed.set(code, (failed.get(code) ?? 0) + 1);
  clients[number]!.socket?.cut();
}

/** Resolves when each client is at the head of its feed, or after a while. */
async function allArrived(
  count: number,
  begin: (acknowledged: () => void) => void,
  onArrival: () => void = () => undefined,
): Promise<Arrived> {
  const began = performance.now();
  const times = new Map<number, number>();
  let acknowledgedMs = 0;
  messages = 0;
  wrong = [];
  failed.clear();
  await new Promise<void>((resolve) => {
    const patience = setTimeout(resolve, patienceMs);
    arrived = (number) => {
      if (times.has(number)) return;
      times.set(number, performance.now() - began);
      onArrival();
      if (times.size < count) return;
      clearTimeout(patience);
      resolve();
    };
    begin(() => {
      acknowledgedMs = performance.now() - began;
    });
  });
  if (times.size < count)
    wrong.push(
      `${count - times.size} clients were not shown the last version of their feed within ${patienceMs / 1_000} s`,
    );
  const at = (share: number) => percentile([...times.values()], share) ?? Number.NaN;
  return { acknowledgedMs, p50Ms: at(0.5), p99Ms: at(0.99), lastMs: at(1), messages, failed: [...failed], wrong };
}

function connectAll(visit: Visit): Promise<Arrived> {
  const { port, document: query, authorizations, feeds, atOnce, resume } = visit;
  const count = authorizations.length;
  ({ heads, everyVersion } = visit);
  if (!resume) clients.splice(0, clients.length, ...authorizations.map(() => ({ version: 0 })));
  let next = 0;
  const open = (number: number, acknowledged: () => void): void => {
    const client = clients[number]!;
    const socket = new LoadSocket(
      {
        port,
        query,
        localAddress: `127.0.0.${2 + (number % addresses)}`,
        keepCursor: false,
        authorization: authorizations[number]!,
        variables: { id: feeds[number % feeds.length] },
        resumeFrom: client.cursor,
      },
      {
        acknowledged,
        next: (payload) => show(number, payload as Payload),
        refused: (errors) => refused(number, errors as Payload['errors']),
        closed: () => {
          if (client.socket !== socket) return;
          if (client.version !== headOf(number)) failed.set('closed', (failed.get('closed') ?? 0) + 1);
          setTimeout(
            () => {
              if (client.socket === socket) open(number, acknowledged);
            },
            retryMs + Math.random() * retryMs,
          );
        },
      },
    );
    client.socket = socket;
  };
  let openNext: () => void = () => undefined;
  return allArrived(
    count,
    (acknowledged) => {
      openNext = () => {
        if (next < count) open(next++, acknowledged);
      };
      for (let n = 0; n < atOnce; n += 1) openNext();
    },
    () => openNext(),
  );
}

const calls = {
  connect: connectAll,
  /** Lets connected clients wait for what comes. It resolves as `connect` does. */
  hear: ({ heads: further }: Pick<Visit, 'heads'>) => {
    heads = further;
    return allArrived(clients.length, () =>
      clients.forEach(({ version }, number) => {
        if (version === headOf(number)) arrived(number);
      }),
    );
  },
  cut: () => {
    for (const client of clients) {
      const { socket } = client;
      client.socket = undefined;
      socket?.cut();
    }
  },
};

export type ClientsCalls = typeof calls;
answerCalls(calls);
