import type { ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import { until } from '#platform/testkit/until.ts';
import { RelayUnderTest } from '../testing/relayUnderTest.ts';
import { pingEndpoint, replay } from './sendWebhooks.ts';
import { changeEndpoint, setEndpointState } from './webhookEndpoints.ts';

const hour = 3_600_000;
const under = new RelayUnderTest();

it('what an endpoint answers late counts no more once it has another address or was enabled anew', async () => {
  const changes: Record<string, (id: string) => Promise<unknown>> = {
    moved: async (id) => changeEndpoint(under.domain, await under.endpoint(id), { url: under.urlOf('new') }),
    enabled: async (id) => {
      await setEndpointState(under.domain, { id }, 'DISABLED');
      return setEndpointState(under.domain, { id }, 'ACTIVE');
    },
  };
  for (const [path, change] of Object.entries(changes)) {
    const { id } = await under.endpointAt(path);
    await under.happen('store:a', 1);
    const late: ServerResponse[] = [];
    under.answer = (_got, response) =>
      late.length === 0 ? void late.push(response) : void response.writeHead(204).end();
    await under.withRelay(async (relay) => {
      await until(() => late.length === 1);
      const pausedUntil = new Date(under.now.getTime() + hour);
      await under.domain.db.webhookEndpoint.update({ where: { id }, data: { pausedUntil } });
      expect(await change(id)).toMatchObject({ kind: 'done' });
      late[0]!.writeHead(410).end();
      under.now = new Date(under.now.getTime() + 16_000);
      relay.look();
      await until(async () => (await under.statesOf(id)).join() === 'DELIVERED');
    });
    expect(await under.endpoint(id)).toMatchObject({ state: 'ACTIVE', failingSince: null, pausedUntil: null });
    await under.domain.pool.query('DELETE FROM "webhook_endpoint"');
  }
});

it('an endpoint is enabled while events that lock its lanes arrive', async () => {
  const { domain } = under;
  const { id } = await under.endpointAt('enabled');
  await setEndpointState(domain, { id }, 'DISABLED');
  for (const object of ['store:b', 'store:a'])
    await domain.db.webhookLane.create({ data: { endpointId: id, object, nextAt: under.now, leased: false } });
  const events = await domain.pool.connect();
  const lock = (object: string) => events.query(`SELECT 1 FROM webhook_lane WHERE object = $1 FOR UPDATE`, [object]);
  const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  try {
    await events.query('BEGIN');
    await lock('store:a');
    const enabled = setEndpointState(domain, { id }, 'ACTIVE');
    await until(async () => (await domain.pool.query(waiting)).rows.length > 0);
    await lock('store:b');
    await events.query('COMMIT');
    expect(await enabled).toMatchObject({ kind: 'done' });
  } finally {
    events.release();
  }
  await domain.pool.query('DELETE FROM "webhook_endpoint"');
});

it('what two change of an endpoint at once is changed, and what is removed meanwhile is not found', async () => {
  const { domain } = under;
  const { id } = await under.endpointAt('old');
  const seen = await under.endpoint(id);
  await changeEndpoint(domain, seen, { url: under.urlOf('new') });
  await changeEndpoint(domain, seen, { eventTypes: ['STORE_ORDERING_CHANGED'] });
  const changed = { url: under.urlOf('new'), eventTypes: ['STORE_ORDERING_CHANGED'] };
  expect(await under.endpoint(id)).toMatchObject(changed);
  await domain.db.webhookEndpoint.delete({ where: { id } });
  const outcomes = await Promise.all([
    changeEndpoint(domain, seen, { storeIds: [] }),
    setEndpointState(domain, seen, 'DISABLED'),
    setEndpointState(domain, seen, 'ACTIVE'),
    pingEndpoint(domain, seen),
    replay(domain, seen, { from: under.now.toISOString() }),
  ]);
  expect(outcomes).toEqual(outcomes.map(() => ({ kind: 'notFound' })));
});
