import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Supergraph } from '@apollo/federation-internals';
import { buildSchema, graphql, type GraphQLSchema } from 'graphql';
import pino from 'pino';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '#platform/testkit/until.ts';
import type { Actor } from './graphqlClient.ts';
import { startSimulation } from './simulation.ts';

const read = (path: string) => readFileSync(new URL(`../../schema/${path}`, import.meta.url), 'utf8');

/** What the simulation talks to: the real contracts over a world in memory. */
interface World {
  readonly tickets: Map<string, { orderId: string; storeId: string; status: string; service: string; since: string }>;
  readonly jobs: Map<
    string,
    {
      id: string;
      status: string;
      readyForPickup: boolean;
      requestedAt: string;
      carriedBy: string | null;
      positions: number;
    }
  >;
  readonly done: string[];
  /** Orders whose next step is refused. */
  readonly stuck: Set<string>;
  up: boolean;
  /** Requests that came while it was down. */
  dropped: number;
}

const store = { latitude: 52.52, longitude: 13.405 };
const home = { latitude: 52.53, longitude: 13.41 };
const courier = '01900000-0000-7000-8000-000000000001';

let fullGraph: GraphQLSchema;
let deliveryChannel: GraphQLSchema;
let world: World;
let servers: Server[];
let endpoints: string[];
let running: { abort: AbortController; stopped: Promise<void> }[];

beforeAll(() => {
  fullGraph = Supergraph.build(read('supergraph.graphql')).apiSchema().toGraphQLJSSchema();
  deliveryChannel = buildSchema(read('channels/delivery.graphql'), { assumeValidSDL: true });
});

const ticketStep =
  (mutation: string, success: string, from: string, to: string) =>
  ({ orderId }: { orderId: string }, actor: Actor) => {
    const ticket = world.tickets.get(orderId);
    if (!ticket || actor.role !== 'kitchen' || actor.store !== ticket.storeId)
      return { __typename: 'OrderNotFound', message: 'none' };
    if (ticket.status !== from || world.stuck.has(orderId))
      return { __typename: 'OrderStepRefused', status: ticket.status, message: 'no' };
    world.done.push(`${orderId} ${mutation}`);
    if (to === 'GONE') world.tickets.delete(orderId);
    else world.tickets.set(orderId, { ...ticket, status: to, since: new Date().toISOString() });
    for (const job of world.jobs.values())
      if (job.id === `job of ${orderId}` && to === 'READY') job.readyForPickup = true;
    return { __typename: success, order: null };
  };

const mine = () =>
  [...world.jobs.values()].filter(
    ({ carriedBy, status }) => carriedBy === courier && ['ASSIGNED', 'PICKED_UP'].includes(status),
  );
const root = {
  openTickets: (_args: unknown, actor: Actor) => (actor.role === 'admin' ? [...world.tickets.values()] : []),
  startPreparation: ticketStep('startPreparation', 'StartPreparationSuccess', 'CONFIRMED', 'PREPARING'),
  markReady: ticketStep('markReady', 'MarkReadySuccess', 'PREPARING', 'READY'),
  handOver: ticketStep('handOver', 'HandOverSuccess', 'READY', 'GONE'),
  setAvailability: () => ({ __typename: 'SetAvailabilitySuccess' }),
  reportPosition: () => {
    for (const job of mine()) job.positions += 1;
    return { __typename: 'ReportPositionSuccess' };
  },
  openJobs: () => [...world.jobs.values()].filter(({ status }) => status === 'REQUESTED'),
  myRoute: () => {
    const [job] = mine();
    const kind = job?.status === 'ASSIGNED' ? 'PICKUP' : 'DROPOFF';
    return {
      position: store,
      nextStop: job ? { kind, position: kind === 'PICKUP' ? store : home, delivery: job } : null,
    };
  },
  acceptJob: ({ deliveryId }: { deliveryId: string }) => {
    Object.assign(world.jobs.get(deliveryId)!, { status: 'ASSIGNED', carriedBy: courier });
    return { __typename: 'AcceptJobSuccess' };
  },
  reportDeliveryStatus: ({ input }: { input: { deliveryId: string; status: string } }) => {
    const job = world.jobs.get(input.deliveryId)!;
    if (input.status === 'PICKED_UP' && !job.readyForPickup) return { __typename: 'DeliveryNotReady', message: 'wait' };
    job.status = input.status;
    world.done.push(`${job.id} ${input.status}`);
    return { __typename: 'ReportDeliveryStatusSuccess' };
  },
};

function serve(schema: () => GraphQLSchema): Server {
  return createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      if (!world.up) {
        world.dropped += 1;
        return response.destroy();
      }
      const { query, variables } = JSON.parse(Buffer.concat(chunks).toString()) as {
        query: string;
        variables: Record<string, unknown>;
      };
      const actor = JSON.parse(
        Buffer.from(request.headers.authorization!.slice('Bearer '.length), 'base64url').toString(),
      ) as Actor;
      response.end(
        JSON.stringify(
          await graphql({
            schema: schema(),
            source: query,
            variableValues: variables,
            rootValue: root,
            contextValue: actor,
          }),
        ),
      );
    })();
  });
}

beforeEach(async () => {
  world = { tickets: new Map(), jobs: new Map(), done: [], stuck: new Set(), up: true, dropped: 0 };
  running = [];
  servers = [serve(() => fullGraph), serve(() => deliveryChannel)];
  endpoints = await Promise.all(
    servers.map(
      (server) =>
        new Promise<string>((resolve) => {
          server.listen(0, '127.0.0.1', () =>
            resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`),
          );
        }),
    ),
  );
});
afterEach(async () => {
  for (const each of running) each.abort.abort();
  await Promise.all(running.map(({ stopped }) => stopped));
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
});

function simulate(): AbortController {
  const abort = new AbortController();
  const { stopped } = startSimulation({
    gatewayUrl: endpoints[0]!,
    deliveryUrl: endpoints[1]!,
    couriers: [courier],
    log: pino({ level: 'silent' }),
    signal: abort.signal,
    tokenFor: (actor) => Promise.resolve(Buffer.from(JSON.stringify(actor)).toString('base64url')),
    pace: { start: 0, cook: 0, handOver: 0, accept: 0, ride: 0.05, look: 0.01 },
  });
  running.push({ abort, stopped });
  return abort;
}

const order = (
  orderId: string,
  over: Partial<{ storeId: string; status: string; service: string; since: string }> = {},
) =>
  world.tickets.set(orderId, {
    orderId,
    storeId: 'store-1',
    status: 'CONFIRMED',
    service: 'TAKEAWAY',
    since: new Date().toISOString(),
    ...over,
  });

describe('the simulated people', () => {
  it('cook what is ordered, in every store, and hand it over', async () => {
    order('one');
    order('two', { storeId: 'store-2', status: 'PREPARING' });
    simulate();
    await until(() => world.tickets.size === 0);
    expect(world.done.filter((step) => step.startsWith('one'))).toEqual([
      'one startPreparation',
      'one markReady',
      'one handOver',
    ]);
    expect(world.done.filter((step) => step.startsWith('two'))).toEqual(['two markReady', 'two handOver']);
  });

  it('bring what is to be delivered, telling where they are, once the kitchen is done', async () => {
    world.jobs.set('job of one', {
      id: 'job of one',
      status: 'REQUESTED',
      readyForPickup: false,
      requestedAt: new Date().toISOString(),
      carriedBy: null,
      positions: 0,
    });
    simulate();
    await until(() => world.jobs.get('job of one')!.positions > 20);
    expect(world.done).toEqual([]);
    order('one', { service: 'DELIVERY' });
    await until(() => world.jobs.get('job of one')!.status === 'DELIVERED');
    expect(world.done).toEqual([
      'one startPreparation',
      'one markReady',
      'job of one PICKED_UP',
      'job of one DELIVERED',
    ]);
    expect(world.tickets.get('one')).toMatchObject({ status: 'READY' });
  });

  it('take as long as the pace says', async () => {
    order('later', { since: new Date(Date.now() + 3_600_000).toISOString() });
    order('now');
    simulate();
    await until(() => !world.tickets.has('now'));
    expect(world.tickets.get('later')).toMatchObject({ status: 'CONFIRMED' });
  });

  it('do not let an order that cannot go on keep the others waiting', async () => {
    world.stuck.add('stuck');
    for (const id of ['stuck', ...Array.from({ length: 30 }, (_, n) => `order ${n}`)]) order(id);
    simulate();
    await until(() => world.tickets.size === 1);
    expect([...world.tickets.keys()]).toEqual(['stuck']);
  });

  it('go on after the graph was down, and after they were started anew', async () => {
    world.up = false;
    order('one');
    const first = simulate();
    await until(() => world.dropped > 3);
    world.up = true;
    await until(() => world.done.length > 0);
    first.abort();
    await running[0]!.stopped;
    const second = simulate();
    await until(() => world.tickets.size === 0);
    second.abort();
    await running[1]!.stopped;
    expect(world.done).toEqual(['one startPreparation', 'one markReady', 'one handOver']);
    order('two');
    expect(world.tickets.get('two')).toMatchObject({ status: 'CONFIRMED' });
  });
});
