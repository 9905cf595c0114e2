import { answerCalls } from './childCalls.ts';
import { LoadSocket } from './loadSocket.ts';

export interface ConnectOrder {
  readonly port: number;
  readonly count: number;
  /** Client `n` has document `n % documents.length`, id `ids % n`, and so on. */
  readonly documents: readonly string[];
  readonly authorizations: readonly string[];
  /** The id that all clients follow, or the text before the number of each client's own id. */
  readonly id: string;
  readonly idPerClient: boolean;
  /** Of the first one's number. */
  readonly from: number;
  /** How many clients connect at a time. */
  readonly atOnce: number;
  /** Whether to keep the cursors of messages, for `resume`. */
  readonly keepCursors?: boolean;
  /** Whether to begin from the cursors that were kept. */
  readonly resume?: boolean;
}

/** Milliseconds from the first to the last of the clients. */
export interface Connected {
  readonly acknowledged: number;
  readonly acknowledgedMs: number;
  readonly begun: number;
  readonly begunMs: number;
  readonly retries: number;
}

/** When clients got an event, and how many did. */
export interface HeardEvent {
  readonly publishedAt: number;
  readonly count: number;
  readonly lastAt: number;
}

const retryMs = 250;
const patienceMs = 90_000;
/** Ports are per pair of addresses. */
const addresses = 8;

const now = () => performance.timeOrigin + performance.now();

const clients = new Map<number, LoadSocket>();
const cursors = new Map<number, string>();
let heard = new Map<number, { count: number; lastAt: number }>();
let closed = 0;

function onMessage(publishedAt: number): void {
  const event = heard.get(publishedAt);
  if (!event) {
    heard.set(publishedAt, { count: 1, lastAt: now() });
    return;
  }
  event.count += 1;
  event.lastAt = now();
}

function connectAll(order: ConnectOrder): Promise<Connected> {
  const began = performance.now();
  const state = { acknowledged: 0, acknowledgedMs: 0, begun: 0, begunMs: 0, retries: 0 };
  let next = order.from;
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(patience);
      resolve(state);
    };
    const patience = setTimeout(end, patienceMs);
    const open = (number: number): void => {
      let phase: 'opening' | 'acknowledged' | 'begun' = 'opening';
      const { port, documents, authorizations, id, idPerClient, keepCursors = false, resume } = order;
      clients.set(
        number,
        new LoadSocket(
          {
            port,
            localAddress: `127.0.0.${2 + (number % addresses)}`,
            keepCursor: keepCursors,
            query: documents[number % documents.length]!,
            authorization: authorizations[number % authorizations.length]!,
            variables: { id: idPerClient ? `${id}${number}` : id },
            resumeFrom: resume ? cursors.get(number) : undefined,
          },
          {
            acknowledged: () => {
              phase = 'acknowledged';
              state.acknowledged += 1;
              state.acknowledgedMs = performance.now() - began;
            },
            begun: () => {
              phase = 'begun';
              state.begun += 1;
              state.begunMs = performance.now() - began;
              if (state.begun === order.count) end();
              else if (next < order.from + order.count) open(next++);
            },
            message: onMessage,
            closed: () => {
              if (!clients.has(number)) return;
              closed += 1;
              if (phase === 'begun') return;
              state.retries += 1;
              if (phase === 'acknowledged') state.acknowledged -= 1;
              setTimeout(() => open(number), retryMs + Math.random() * retryMs);
            },
          },
        ),
      );
    };
    while (next < order.from + Math.min(order.count, order.atOnce)) open(next++);
  });
}

const calls = {
  connect: connectAll,
  /** Begins to count messages anew. */
  record: () => {
    heard = new Map();
    closed = 0;
  },
  heard: (): HeardEvent[] => [...heard].map(([publishedAt, event]) => ({ publishedAt, ...event })),
  /** Microseconds since the start. */
  cpu: (): number => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  /** Connections that were lost since `record`, apart from those that `cut` closed. */
  closed: () => closed,
  /** Lets the clients from number `from` to before `to` stop reading. */
  stall: ({ from, to }: { from: number; to: number }) => {
    for (let number = from; number < to; number += 1) clients.get(number)!.stall();
  },
  cut: () => {
    const all = [...clients];
    clients.clear();
    for (const [number, client] of all) {
      if (client.cursor !== undefined) cursors.set(number, client.cursor);
      client.cut();
    }
  },
};

export type LoadCalls = typeof calls;

answerCalls(calls);
