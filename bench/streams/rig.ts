import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { JWK } from 'jose';
import { issueToken, newSigningKey, publicHalf } from '#platform/identity/developmentIssuer.ts';
import { builtScript } from '#platform/testkit/builtScript.ts';
import type { Happening } from './benchDomain.ts';
import { benchSupergraph, documents } from './benchGraph.ts';
import { startChild, type Child } from './childCalls.ts';
import type { Connected, ConnectOrder, HeardEvent, LoadCalls } from './load.ts';
import { uniqueTime, type Mark, type Pace, type ServerCalls } from './measuredServer.ts';

export type System = 'channel' | 'plain';

export interface Surroundings {
  readonly supergraph: string;
  readonly clientKey: JWK;
  /** At most this many processes play the clients. */
  readonly loads: number;
  readonly tokens: string[];
  /** Bundles of the servers, made as those of the image are: what tsx makes of them differs in memory and time. */
  readonly servers: Readonly<Record<System, string>>;
}

export async function surroundings(loads: number): Promise<Surroundings> {
  const built = (file: string) => builtScript(fileURLToPath(new URL(file, import.meta.url)));
  const servers = { channel: await built('./channelServer.ts'), plain: await built('./plainServer.ts') };
  return { supergraph: benchSupergraph(), clientKey: await newSigningKey(), loads, tokens: [], servers };
}

/** The `Authorization` headers of `count` callers, which are devices of one store. */
export async function authorizations({ tokens, clientKey }: Surroundings, count: number): Promise<string[]> {
  while (tokens.length < count) {
    tokens.push(
      `Bearer ${await issueToken(clientKey, { subject: `kiosk-${tokens.length}`, roles: ['kiosk'], bindings: { kiosk: { store: '1' } } })}`,
    );
  }
  return tokens.slice(0, count);
}

/** Use of the server's CPU over a span, in microseconds. */
export interface Span {
  readonly cpu: number;
  readonly mainCpu: number;
  readonly seconds: number;
}

/** An event and its delivery, with the milliseconds from its publishing until the last of its subscribers had it. */
export interface Delivered {
  readonly delivered: number;
  readonly lastMs: number;
}

const now = () => performance.timeOrigin + performance.now();
const serverOptions = ['--expose-gc'];
const lookMs = 100;

/**
 * One server under test in a process of its own, and the processes of its clients. This process plays the bus: it
 * publishes the events.
 */
export class Rig {
  readonly server: Child<ServerCalls>;
  readonly loads: readonly Child<LoadCalls>[];
  readonly port: number;

  private constructor(server: Child<ServerCalls>, loads: readonly Child<LoadCalls>[], port: number) {
    this.server = server;
    this.loads = loads;
    this.port = port;
  }

  static async start(
    system: System,
    around: Surroundings,
    { loads = around.loads, pings = true }: { readonly loads?: number; readonly pings?: boolean } = {},
  ): Promise<Rig> {
    const server = startChild<ServerCalls>(around.servers[system], serverOptions);
    const clients = Array.from({ length: loads }, () => startChild<LoadCalls>('./load.ts'));
    const port = await server.call('begin', {
      supergraph: around.supergraph,
      clientKey: publicHalf(around.clientKey),
      pings,
    });
    const rig = new Rig(server, clients, port);
    await rig.#warmUp(around);
    return rig;
  }

  /**
   * Serves a little before anything is measured, so that code which is compiled once does not count for the sockets.
   */
  async #warmUp(around: Surroundings): Promise<void> {
    const callers = await authorizations(around, 1);
    for (const [kind, document] of [
      ['board', documents.board],
      ['order', documents.order],
    ] as const) {
      await this.connect({ count: 50, documents: [document], authorizations: callers, id: 'warm', idPerClient: false });
      for (let n = 0; n < 20; n += 1) {
        await this.happen([{ kind, id: 'warm', at: now() }]);
        await pause(5);
      }
      await this.cut();
    }
  }

  /** Connects clients, spread over the processes. Resolves when each has its first message, or after a while. */
  async connect(
    order: Omit<ConnectOrder, 'port' | 'from' | 'atOnce'> & Partial<Pick<ConnectOrder, 'atOnce'>>,
    loads = this.loads,
  ): Promise<Connected> {
    const share = Math.ceil(order.count / loads.length);
    const connected = await Promise.all(
      loads.map((load, at) => {
        const count = Math.min(share, order.count - at * share);
        return load.call('connect', { atOnce: 100, ...order, port: this.port, from: at * share, count });
      }),
    );
    const sum = (of: (each: Connected) => number) => connected.reduce((total, each) => total + of(each), 0);
    const result = {
      acknowledged: sum((each) => each.acknowledged),
      begun: sum((each) => each.begun),
      retries: sum((each) => each.retries),
      acknowledgedMs: Math.max(...connected.map((each) => each.acknowledgedMs)),
      begunMs: Math.max(...connected.map((each) => each.begunMs)),
    };
    if (result.begun < order.count)
      console.error(`only ${result.begun} of ${order.count} clients have their first message`);
    return result;
  }

  async cut(loads = this.loads): Promise<void> {
    await Promise.all(loads.map((load) => load.call('cut')));
    await pause(500);
  }

  happen(happenings: readonly Happening[]): Promise<void> {
    return this.server.call('happen', happenings);
  }

  async record(): Promise<void> {
    await Promise.all(this.loads.map((load) => load.call('record')));
  }

  async closed(): Promise<number> {
    return (await Promise.all(this.loads.map((load) => load.call('closed')))).reduce((sum, each) => sum + each, 0);
  }

  /** Returns how these events were delivered. It waits for deliveries that are under way. */
  async delivered(published: readonly number[], subscribersOfEach: number, patienceMs = 10_000): Promise<Delivered[]> {
    const end = performance.now() + patienceMs;
    for (;;) {
      const heard = await Promise.all(this.loads.map((load) => load.call('heard')));
      const events = merge(published, heard.flat());
      if (performance.now() > end || events.every(({ delivered }) => delivered >= subscribersOfEach)) return events;
      await pause(lookMs);
    }
  }

  /**
   * Publishes `perSecond` events a second for as long as the condition holds, and resolves with their times. `at` is
   * the number of the event.
   */
  async publish(
    perSecond: number,
    goesOn: (published: number) => boolean,
    happeningOf: (at: number) => Omit<Happening, 'at'>,
  ): Promise<number[]> {
    const published: number[] = [];
    const began = performance.now();
    while (goesOn(published.length)) {
      const due = Math.floor(((performance.now() - began) / 1_000) * perSecond) + 1;
      while (published.length < due && goesOn(published.length)) {
        const at = uniqueTime(published.at(-1));
        void this.server.call('happen', [{ ...happeningOf(published.length), at }]);
        published.push(at);
      }
      await pause(Math.max(1, began + (published.length * 1_000) / perSecond - performance.now()));
    }
    return published;
  }

  /** See `Pace`: the server publishes the events itself. */
  play(pace: Pace): Promise<number[]> {
    return this.server.call('play', pace);
  }

  /** Measures what the server uses while something is done. */
  async span(work: () => Promise<unknown>): Promise<Span> {
    const [began, before] = [performance.now(), await this.server.call('mark')];
    await work();
    const after = await this.server.call('mark');
    return {
      cpu: after.cpu - before.cpu,
      mainCpu: after.mainCpu - before.mainCpu,
      seconds: (performance.now() - began) / 1_000,
    };
  }

  /** The CPU that the processes of the clients have used, in microseconds. */
  async clientsCpu(): Promise<number> {
    return (await Promise.all(this.loads.map((load) => load.call('cpu')))).reduce((sum, each) => sum + each, 0);
  }

  settle(): Promise<Mark> {
    return this.server.call('settle');
  }

  /** The functions in which the server spent its time since `beginProfile`, ordered by their own time. */
  async printProfile(): Promise<void> {
    for (const { name, share } of await this.server.call('endProfile'))
      console.log(`    ${(100 * share).toFixed(1).padStart(5)} %  ${name}`);
  }

  async end(): Promise<void> {
    await Promise.all([this.server, ...this.loads].map((child) => child.end()));
  }
}

function merge(published: readonly number[], heard: readonly HeardEvent[]): Delivered[] {
  const events = new Map(published.map((at) => [at, { delivered: 0, lastMs: 0 }]));
  for (const { publishedAt, count, lastAt } of heard) {
    const event = events.get(publishedAt);
    if (!event) continue;
    event.delivered += count;
    event.lastMs = Math.max(event.lastMs, lastAt - publishedAt);
  }
  return [...events.values()];
}
