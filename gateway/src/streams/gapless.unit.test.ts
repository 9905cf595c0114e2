import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '#platform/testkit/until.ts';
import type { EventTail } from './feeds/eventTail.ts';
import { FakeDomain } from '../testkit/fakeDomain.ts';
import { fixture, type Fixture } from '../testkit/fixtureGraph.ts';
import { serveFixture, type ServedChannel } from '../testkit/servedChannel.ts';
import { RawSocket, type RawStream } from '../testkit/streamingClient.ts';

/** `GAPLESS_RUNS` sets how many runs there are, `GAPLESS_SEED` repeats those of a seed. */
const numRuns = Number(process.env['GAPLESS_RUNS'] ?? 10);
const seed = Number(process.env['GAPLESS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const query = 'subscription($id: ID!){orderStatusChanged(orderId:$id){status version}}';
const replicas = 3;

let parts: Fixture;
let token: string;
beforeAll(async () => {
  parts = await fixture();
  token = await parts.token('customer');
  console.log(`gapless: seed ${seed}, ${numRuns} runs`);
});
afterAll(() => {
  parts.orders.clear();
});

type Step =
  | { readonly do: 'move'; readonly times: number }
  | { readonly do: 'cut'; readonly client: number }
  | { readonly do: 'restart'; readonly replica: number }
  | { readonly do: 'deaf' | 'hear'; readonly replica: number }
  /** The client has seen an event that the replica has not heard, and may then connect to that replica. */
  | { readonly do: 'overtake'; readonly client: number; readonly replica: number }
  | { readonly do: 'repeat'; readonly back: number }
  | { readonly do: 'late' | 'domainDown' | 'domainBack' | 'subgraphDown' | 'subgraphBack' | 'rest' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('move' as const), times: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('cut' as const), client: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), replica: fc.nat(replicas - 1) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('deaf' as const, 'hear' as const), replica: fc.nat(replicas - 1) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('overtake' as const), client: fc.nat(2), replica: fc.nat(replicas - 1) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('repeat' as const), back: fc.nat(10) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'late' as const,
        'domainDown' as const,
        'domainBack' as const,
        'subgraphDown' as const,
        'subgraphBack' as const,
        'rest' as const,
        'rest' as const,
      ),
    }),
  },
);

/**
 * A replica with a bus connection of its own: it may hear nothing for a while, or hear two events in the wrong order.
 */
class Replica implements EventTail {
  readonly #domain: FakeDomain;
  isDeaf = false;
  #served: ServedChannel | undefined;

  constructor(domain: FakeDomain) {
    this.#domain = domain;
  }

  tail(...[topics, handle]: Parameters<EventTail['tail']>): ReturnType<EventTail['tail']> {
    return this.#domain.tail(topics, (message) => {
      if (!this.isDeaf) handle(message);
    });
  }

  get url(): string {
    return this.#served!.url;
  }

  async start(): Promise<void> {
    this.#served = await serveFixture(parts, {
      bus: { tail: (topics, handle) => this.tail(topics, handle) },
      feeds: this.#domain,
      cursorKeys: ['k'],
      hub: { gapMs: 4, sweepMs: 25 },
      manifest: { streams: { retryMs: 5, behindPatienceMs: 100, failurePatienceMs: 60 } },
    });
  }

  stop(): Promise<void> {
    return this.#served!.close();
  }
}

/** A client that keeps its cursor and resumes on any replica whenever its stream ends. */
class Client {
  readonly shown: { version: number; status: string; kind: string; reason?: string }[] = [];
  readonly #where: () => string;
  #stream: RawStream | undefined;
  #seen = 0;
  #cursor: string | undefined;
  #done = false;
  readonly running: Promise<void>;

  constructor(where: () => string) {
    this.#where = where;
    this.running = this.#run();
  }

  async #run(): Promise<void> {
    while (!this.#done) {
      try {
        const socket = await new RawSocket(this.#where()).begin(token);
        this.#seen = 0;
        this.#stream = socket.subscribe(query, { id: 'o1' }, this.#cursor);
        const over = this.#stream;
        let closed = false;
        void socket.closed.then(() => {
          closed = true;
        });
        while (!this.#done && !closed && !over.isOver) {
          this.#take(over);
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        this.#take(over);
        if (over.refusal !== undefined) throw new Error(`refused: ${over.refusal}`);
        socket.cut();
      } catch (error) {
        if (/refused:|not heard/.test(String(error))) throw error;
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    }
  }

  #take(stream: RawStream): void {
    const messages = stream.messages;
    for (const { data, extensions } of messages.slice(this.#seen)) {
      const mark = extensions?.stream;
      if (!mark) continue;
      this.#cursor = mark.cursor;
      this.shown.push({
        version: mark.version,
        kind: mark.kind,
        reason: mark.reason,
        status: (data?.['orderStatusChanged'] as { status: string }).status,
      });
    }
    this.#seen = messages.length;
  }

  cut(): void {
    this.#stream?.socket.cut();
  }

  async stop(): Promise<void> {
    this.#done = true;
    await this.running;
  }
}

const rest = () => new Promise((resolve) => setTimeout(resolve, 12));

async function history(steps: readonly Step[]): Promise<void> {
  const domain = new FakeDomain();
  const say = (version: number) => {
    parts.orders.set('o1', { id: 'o1', owner: 'someone', status: `S${version}`, version });
    domain.statusChanged('o1', version, `S${version}`);
  };
  let version = 1;
  say(1);
  parts.down.clear();
  const all = Array.from({ length: replicas }, () => new Replica(domain));
  await Promise.all(all.map((each) => each.start()));
  let turn = 0;
  const clients = Array.from({ length: 3 }, () => new Client(() => all[(turn += 1) % replicas]!.url));
  for (const each of steps) {
    switch (each.do) {
      case 'move':
        for (let n = 0; n < each.times; n += 1) say((version += 1));
        break;
      case 'cut':
        clients[each.client]!.cut();
        break;
      case 'restart':
        await all[each.replica]!.stop();
        await all[each.replica]!.start();
        break;
      case 'deaf':
        all[each.replica]!.isDeaf = true;
        break;
      case 'hear':
        all[each.replica]!.isDeaf = false;
        break;
      case 'repeat': {
        const old = domain.said.at(-1 - each.back);
        if (old) domain.repeat('orders.v1', old);
        break;
      }
      case 'late': {
        // The events come from two partitions, and the second is heard first.
        domain.loses = () => true;
        say((version += 1));
        domain.loses = () => false;
        const late = domain.said.at(-1)!;
        say((version += 1));
        domain.repeat('orders.v1', late);
        break;
      }
      case 'domainDown':
        domain.isDown = true;
        break;
      case 'domainBack':
        domain.isDown = false;
        break;
      case 'subgraphDown':
        parts.down.add('orders');
        break;
      case 'subgraphBack':
        parts.down.clear();
        break;
      case 'overtake': {
        all[each.replica]!.isDeaf = true;
        say((version += 1));
        await rest();
        clients[each.client]!.cut();
        await rest();
        break;
      }
      case 'rest':
        await rest();
        break;
    }
  }
  domain.isDown = false;
  parts.down.clear();
  // Events that were missed while deaf are not published again: only the domain's log has them.
  all.forEach((each) => {
    each.isDeaf = false;
  });
  try {
    await until(() => clients.every(({ shown }) => shown.at(-1)?.version === version));
  } finally {
    await Promise.all([...clients.map((each) => each.stop()), ...all.map((each) => each.stop())]);
  }
  for (const { shown } of clients) check(shown);
}

function check(shown: Client['shown']): void {
  const said = JSON.stringify(shown);
  expect(shown[0]?.kind, said).toBe('snapshot');
  shown.forEach(({ version, status, kind, reason }, at) => {
    expect(status, said).toBe(`S${version}`);
    // No step starts another history, so no resync may claim that one did.
    expect(reason, said).not.toBe('epoch-changed');
    const before = shown[at - 1];
    if (!before) return;
    // A client without a cursor gets one snapshot. An event is the next version. Only a resync may leave out versions,
    // and it says so.
    if (kind === 'event') expect(version, said).toBe(before.version + 1);
    else expect([kind, version >= before.version], said).toEqual(['resync', true]);
  });
}

it(
  'delivers every event to every client once and in order, whatever is cut, restarted, deaf or down',
  async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), history), {
      numRuns,
      seed,
      endOnFailure: true,
    });
  },
  numRuns * 10_000,
);
