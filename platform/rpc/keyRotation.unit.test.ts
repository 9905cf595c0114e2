import { Code, createClient } from '@connectrpc/connect';
import type { JWK } from 'jose';
import { expect, it } from 'vitest';
import { AccessQueryService } from '#generated/proto/drburger/customers/v1/access_pb.ts';
import { newSigningKey, publicHalf } from '#platform/identity/developmentIssuer.ts';
import { createIdentity, type Identity } from '#platform/identity/identity.ts';
import { servicePrincipal } from '#platform/identity/principal.ts';
import { freePortBlock } from '#platform/testkit/freePortBlock.ts';
import { until } from '#platform/testkit/until.ts';
import { grpcClients, grpcNetwork } from './network.ts';
import { service } from './service.ts';

const day = { after: new Date(0).toISOString() };
const identityOf = (self: string, own: JWK, orders: readonly JWK[]): Promise<Identity> =>
  createIdentity({
    internalKey: { self, privateKeys: { [self]: own }, publicKeys: { orders }, edges: {} },
    scopesOf: () => [],
  });

/** A replica of customers that listens. Calls under way are answered before it has closed. */
async function customersOn(port: number, key: JWK, believed: readonly JWK[]) {
  const identity = await identityOf('customers', key, believed);
  const network = grpcNetwork({ identity, addressOf: () => '', listen: { host: '127.0.0.1', port } });
  const served = await network.serve('customers', [
    service(AccessQueryService, ['orders'], { listRevocations: () => ({ revocations: [] }) }),
  ]);
  return { url: `http://127.0.0.1:${port}`, close: () => served.close() };
}

it('a service’s key is exchanged under load, replica by replica, and no call fails', async () => {
  const [before, after, ofCustomers] = await Promise.all([newSigningKey(), newSigningKey(), newSigningKey()]);
  const [old, next] = [publicHalf(before), publicHalf(after)];
  const base = await freePortBlock(8);
  let port = base;
  // What a balancer knows: the replicas that are ready.
  const replicas = [await customersOn(port++, ofCustomers, [old]), await customersOn(port++, ofCustomers, [old])];
  let orders = await Promise.all([0, 1].map(() => identityOf('orders', before, [])));
  const failures: string[] = [];
  let calls = 0;
  let ended = false;

  const callsOf = (identity: Identity, url: string) => {
    const clients = grpcClients({ identity, addressOf: () => url });
    const client = createClient(AccessQueryService, clients.transportTo('customers', servicePrincipal('orders')));
    return { call: () => client.listRevocations(day), close: () => clients.close() };
  };
  const open = new Map<Identity, Map<string, ReturnType<typeof callsOf>>>();
  const load = Array.from({ length: 6 }, async (_, worker) => {
    for (let n = worker; !ended; n += 1) {
      const [identity, { url }] = [orders[n % orders.length]!, replicas[n % replicas.length]!];
      const ways = open.get(identity) ?? new Map<string, ReturnType<typeof callsOf>>();
      open.set(identity, ways);
      const way = ways.get(url) ?? callsOf(identity, url);
      ways.set(url, way);
      await way.call().catch((error: unknown) => failures.push(String(error)));
      calls += 1;
    }
  });
  const more = async () => {
    const seen = calls;
    await until(() => calls > seen + 60, { what: 'calls go on' });
  };
  const replaceCustomers = async (believed: readonly JWK[]) => {
    for (const at of [0, 1]) {
      const fresh = await customersOn(port++, ofCustomers, believed);
      const [gone] = replicas.splice(at, 1, fresh);
      await more();
      await gone!.close();
    }
  };

  await more();
  // First whoever is called believes both keys, then the service signs with the new one, then nobody believes the old.
  await replaceCustomers([old, next]);
  for (const at of [0, 1]) {
    const fresh = await identityOf('orders', after, []);
    orders = orders.map((each, index) => (index === at ? fresh : each));
    await more();
  }
  await replaceCustomers([next]);
  await more();
  ended = true;
  await Promise.all(load);
  expect(failures).toEqual([]);

  const late = callsOf(await identityOf('orders', before, []), replicas[0]!.url);
  await expect(late.call()).rejects.toMatchObject({ code: Code.Unauthenticated });
  late.close();
  for (const ways of open.values()) for (const way of ways.values()) way.close();
  for (const replica of replicas) await replica.close();
});
