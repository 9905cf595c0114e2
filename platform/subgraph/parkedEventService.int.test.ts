import { Code, createClient, type Client } from '@connectrpc/connect';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ParkedEventService } from '#generated/proto/drburger/platform/v1/parked_pb.ts';
import { postgresBus } from '#platform/events/bus/postgresBus.ts';
import type { EventBus } from '#platform/events/eventBus.ts';
import { PermanentFailure } from '#platform/events/failure.ts';
import { counterDomain, CounterRaised, raised, type CounterDomain } from '#platform/events/fixtures/counterDomain.ts';
import { onEvent } from '#platform/events/onEvent.ts';
import { startRelay, type Relay } from '#platform/events/relay.ts';
import { runConsumers, type RunningConsumers } from '#platform/events/runConsumers.ts';
import { developmentAudience, developmentIssuer, newSigningKey } from '#platform/identity/developmentIssuer.ts';
import { createIdentity } from '#platform/identity/identity.ts';
import { servicePrincipal } from '#platform/identity/principal.ts';
import { localNetwork } from '#platform/rpc/network.ts';
import { databaseOf, emptyDatabase } from '#platform/testkit/testDatabase.ts';
import { until } from '#platform/testkit/until.ts';
import { channelService, gatewayService } from '#schema/services.ts';
import { parkedEventService } from './parkedEventService.ts';

describe('the service by which an operator sees and replays parked events', () => {
  let domain: CounterDomain & { close(): Promise<void> };
  let bus: EventBus;
  let relay: Relay;
  let running: RunningConsumers;
  let parked: Client<typeof ParkedEventService>;
  let strange: Client<typeof ParkedEventService>;
  let bug = true;

  const consumer = onEvent(CounterRaised, 'counters.raised', async ({ data }) => {
    if (bug && data.counter !== 'well') throw new PermanentFailure('not yet');
  });
  const all = async () => (await parked.listParked({ after: 0n, limit: 200 })).events;

  beforeAll(async () => {
    const [own, busDatabase] = await Promise.all([emptyDatabase(), databaseOf('platform/events/bus/migrations')]);
    domain = counterDomain(own.url, { relay: () => relay });
    bus = await postgresBus({ databaseUrl: busDatabase.url, log: domain.log });
    relay = await startRelay(domain, bus);
    running = await runConsumers(domain, [consumer], bus);
    for (const counter of ['sick', 'well', 'sick', 'ill'])
      await domain.transaction((tx) => domain.events.append(tx, null, [raised(counter)]));
    await until(async () => (await domain.pool.query('select 1 from platform.parked')).rowCount === 3);
    const network = localNetwork(
      await createIdentity({
        internalKey: await newSigningKey(),
        scopesOf: () => [],
        client: { issuer: developmentIssuer, audience: developmentAudience, keys: { keys: [] } },
      }),
    );
    await network.serve('counters', [parkedEventService(domain)]);
    const as = (name: string) =>
      createClient(ParkedEventService, network.transportTo('counters', servicePrincipal(name)));
    parked = as(gatewayService);
    strange = as(channelService('kiosk'));
  });
  afterAll(async () => {
    await running.stop();
    await relay.stop();
    await bus.close();
    await domain.close();
  });

  it('lists in pages, and shows the message', async () => {
    const [first] = (await parked.listParked({ after: 0n, limit: 1 })).events;
    expect(first).toMatchObject({
      consumer: 'counters.raised',
      aggregate: 'counter:sick',
      eventType: 'CounterRaised',
      failed: true,
      reason: 'PermanentFailure: not yet',
    });
    const rest = (await parked.listParked({ after: first!.id, limit: 200 })).events;
    expect(rest.map(({ aggregate, failed }) => [aggregate, failed])).toEqual(
      expect.arrayContaining([
        ['counter:sick', false],
        ['counter:ill', true],
      ]),
    );
    expect((await parked.showParked({ id: first!.id })).message).toContain('"counter": "sick"');
    expect((await parked.showParked({ id: 99n })).event).toBeUndefined();
    await expect(parked.listParked({ after: 0n, limit: 0 })).rejects.toMatchObject({ code: Code.InvalidArgument });
  });

  it('answers the channel of staff and the full graph only', async () => {
    await expect(strange.listParked({ after: 0n, limit: 1 })).rejects.toMatchObject({ code: Code.PermissionDenied });
  });

  it('replays one aggregate, once per key, records who asked, and says what failed again', async () => {
    const ofSick = (await all()).find(({ aggregate }) => aggregate === 'counter:sick')!;
    const replay = (idempotencyKey: string, id = ofSick.id) =>
      parked.replayParked({ id, askedBy: 'boss', idempotencyKey });
    expect(await replay('one')).toMatchObject({
      found: true,
      finished: true,
      replayed: 0,
      failure: 'PermanentFailure: not yet',
    });
    bug = false;
    expect(await replay('one')).toMatchObject({ replayed: 0, failure: expect.stringContaining('not yet') as string });
    expect(await replay('two')).toMatchObject({ finished: true, replayed: 2, failure: '' });
    expect((await all()).map(({ aggregate }) => aggregate)).toEqual(['counter:ill']);
    expect(await replay('three')).toMatchObject({ found: false });
    const { rows } = await domain.pool.query(`select arguments->>'askedBy' as who from platform.operation`);
    expect(rows).toEqual([{ who: 'boss' }, { who: 'boss' }]);
  });
});
