import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ViewContext } from '../channelManifest.ts';
import { FakeTail } from '../testkit/fakeTail.ts';
import { fixture, type Fixture } from '../testkit/fixtureGraph.ts';
import { serveFixture, type ServedChannel } from '../testkit/servedChannel.ts';
import { RawSocket } from '../testkit/streamingClient.ts';

const operations = {
  counter: 'query Counter { counter { label(of: "a") } }',
  twice: 'query Twice { counter { label(of: "a") } other: counter { label(of: "b") } }',
  source: 'query Source($id: ID!) { shop(id: $id) { id name } board(storeId: $id) { for } }',
  advance: 'mutation Advance { advance(orderId: "o1") { id } }',
};

let parts: Fixture;
let bus: FakeTail;
let channel: ServedChannel;

beforeAll(async () => {
  parts = await fixture();
  bus = new FakeTail();
  const kept = { maxAgeSeconds: 0, keep: { for: 'store', seconds: 60 } } as const;
  channel = await serveFixture(parts, {
    operations,
    bus,
    view: `
      type Query { counter: Counter @anyone }
      "The shop that the caller stands in."
      type Counter @variesBy(caller: ["store"]) { label(of: String!): String }
    `,
    change: (text) => text.replace('type Shop implements Thing', 'type Shop implements Thing @variesBy(caller: [])'),
    manifest: {
      cache: { operations: { Counter: kept, Twice: kept } },
      viewResolvers: () =>
        Promise.resolve({
          Query: {
            counter: (_: unknown, _arguments: unknown, { principal }: ViewContext) => ({
              store: principal.grants[0]?.bindings['store'],
            }),
          },
          Counter: {
            async label({ store }: { store: string }, { of }: { of: string }, { run }: ViewContext) {
              const { data } = await run('Source', { id: store });
              return `${of}: ${(data as { shop: { name: string } }).shop.name}`;
            },
          },
        }),
    },
  });
});
beforeEach(() => {
  parts.calls.length = 0;
  parts.gate = () => Promise.resolve();
});
afterAll(() => channel.close());

const ask = async (query: string, subject: string, store: string): Promise<unknown> => {
  const authorization = `Bearer ${await parts.token('kiosk', subject, { bindings: { store } })}`;
  return (await channel.post({ query }, { authorization })).body.data;
};
/** How often a view has read. */
const asked = () => parts.calls.map(({ subgraph }) => subgraph).filter((each) => each === 'shops');

describe('an answer that came through a view', () => {
  it('is kept for all devices of a store', async () => {
    for (const subject of ['left', 'right'])
      expect(await ask(operations.counter, subject, 's1')).toEqual({ counter: { label: 'a: Shop s1' } });
    expect(await ask(operations.counter, 'left', 's2')).toEqual({ counter: { label: 'a: Shop s2' } });
    expect(asked()).toEqual(['shops', 'shops']);
  });

  it('is let go by events of the domains that the view asked, about the store of the caller', async () => {
    await ask(operations.counter, 'left', 's3');
    bus.happened('menu.v1', 'shop:s3');
    bus.happened('orders.v1', 'store:s4');
    await ask(operations.counter, 'left', 's3');
    expect(asked()).toEqual(['shops']);
    bus.happened('orders.v1', 'store:s3');
    await ask(operations.counter, 'left', 's3');
    expect(asked()).toEqual(['shops', 'shops']);
  });

  it('notes what it depends on beside another one that the same view makes', async () => {
    await Promise.all([ask(operations.counter, 'left', 's5'), ask(operations.twice, 'left', 's5')]);
    bus.happened('orders.v1', 'shop:s5');
    parts.calls.length = 0;
    await ask(operations.counter, 'left', 's5');
    expect(asked()).toHaveLength(1);
    await ask(operations.twice, 'left', 's5');
    expect(asked()).toHaveLength(2);
  });

  it('is not kept if something that the view read had failed, whatever the view made of the rest', async () => {
    parts.down.add('orders');
    expect(await ask(operations.counter, 'left', 's8')).toEqual({ counter: { label: 'a: Shop s8' } });
    parts.down.delete('orders');
    await ask(operations.counter, 'left', 's8');
    await ask(operations.counter, 'left', 's8');
    expect(asked()).toHaveLength(2);
  });

  it('is read anew for who came after an event, although a view is still reading', async () => {
    let open!: () => void;
    const gate = new Promise<void>((resolve) => (open = resolve));
    parts.gate = () => gate;
    const before = ask(operations.counter, 'left', 's6');
    await expect.poll(asked).toEqual(['shops']);
    bus.happened('orders.v1', 'shop:s6');
    const after = ask(operations.counter, 'left', 's6');
    await expect.poll(asked).toEqual(['shops', 'shops']);
    open();
    await Promise.all([before, after]);
  });
});

describe('who has changed something over a WebSocket', () => {
  it('gets no answer from before', async () => {
    await ask(operations.counter, 'left', 's7');
    const token = await parts.token('kiosk', 'left', { bindings: { store: 's7' } });
    const socket = await new RawSocket(channel.url).begin(token);
    const { id } = socket.subscribe(operations.advance, {});
    await socket.heard((frame) => frame.id === id && frame.type === 'complete');
    await ask(operations.counter, 'right', 's7');
    expect(asked()).toHaveLength(1);
    await ask(operations.counter, 'left', 's7');
    expect(asked()).toHaveLength(2);
    socket.cut();
  });
});
