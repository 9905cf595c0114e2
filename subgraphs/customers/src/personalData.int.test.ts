import { describe, expect, it } from 'vitest';
import { CustomerQueryService } from '#generated/proto/drburger/customers/v1/customers_pb.ts';
import { testSubgraph } from '#platform/testkit/testSubgraph.ts';
import customers from './main.ts';
import { added, admin, ask, graph, register, somebody, startCustomers, zoe } from './testing/customersGraph.ts';

startCustomers();

describe('personal data', () => {
  /** Everything the database holds, as text; sealed bytes as they are. */
  async function everything(): Promise<string> {
    const { rows: tables } = await graph.domain.pool.query<{ name: string }>(
      `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables WHERE table_schema IN ('public', 'platform') AND table_type = 'BASE TABLE'`);
    const texts = await Promise.all(tables.map(async ({ name }) => {
      const { rows } = await graph.domain.pool.query<Record<string, unknown>>(`SELECT * FROM ${name}`);
      return rows.map((row) => Object.values(row).map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : JSON.stringify(value))).join('|')).join('\n');
    }));
    return texts.join('\n');
  }

  it('stands nowhere in clear: not in rows, events, outbox or idempotency keys', async () => {
    const principal = await somebody();
    await added(principal);
    const all = await everything();
    expect(all).toContain(principal.subject);
    for (const value of ['Zufall', 'somebody', 'example.com', '5550199', '1999-09-09', 'Geheimgasse', '10115', '52.5311', 'Klingel', 'Beispiel', 'VEGAN', 'SESAME']) {
      expect(all.includes(value), value).toBe(false);
    }
  });

  it('is gone once erased, for everybody and for ever', async () => {
    const principal = await somebody();
    const { current } = await added(principal);
    const erase = `mutation ($confirm: Boolean!) { eraseMe(confirm: $confirm) { __typename } }`;
    expect(await ask(principal, erase, { confirm: false })).toEqual({ eraseMe: { __typename: 'CustomerErasureNotConfirmed' } });
    expect(await ask(principal, erase, { confirm: true })).toEqual({ eraseMe: { __typename: 'EraseMeSuccess' } });
    expect(await ask(principal, '{ me { id } }')).toEqual({ me: null });
    expect(await ask(admin, `query ($id: ID!) { customer(id: $id) { id } }`, { id: principal.subject })).toEqual({ customer: null });
    expect(await ask(admin, `query ($of: [_Any!]!) { _entities(representations: $of) { ... on AddressVersion { id } } }`, { of: [{ __typename: 'AddressVersion', id: current.id }] }))
      .toEqual({ _entities: [null] });
    const position = await graph.client(CustomerQueryService).getAddressVersion({ customerId: principal.subject, addressVersionId: current.id });
    expect(position.found).toBe(false);
    expect(await ask(principal, erase, { confirm: true })).toEqual({ eraseMe: { __typename: 'CustomerNotRegistered' } });
    expect(await ask(principal, register, { input: { ...zoe, email: 'again@example.com', idempotencyKey: 'again' } })).toEqual({ register: { __typename: 'CustomerAlreadyRegistered' } });
    const own = (await graph.appended()).filter(({ metadata }) => metadata.aggregateId === `customer:${principal.subject}`);
    expect(own.map(({ eventType }) => eventType)).toEqual(['CustomerRegistered', 'CustomerAddressVersioned', 'CustomerErased']);
  });

  it('does not start without its keys', async () => {
    await expect(testSubgraph(customers, { configuration: {} })).rejects.toThrow('PII_MASTER_KEYS');
  });
});
