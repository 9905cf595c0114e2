import { describe, expect, it } from 'vitest';
import { CustomerQueryService } from '#generated/proto/drburger/customers/v1/customers_pb.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { addAddress, added, ask, graph, home, later, somebody, startCustomers } from './testing/customersGraph.ts';

startCustomers();

describe('addresses', () => {
  const change = `mutation ($input: ChangeAddressInput!) { changeAddress(input: $input) { __typename ... on ChangeAddressSuccess { address { id isDefault current { id version line1 } } } } }`;

  it('get a new version when changed, and the old one stays as it was', async () => {
    const principal = await somebody();
    const address = await added(principal);
    expect(address).toMatchObject({ isDefault: true, current: { version: 1, line1: 'Geheimgasse 7' } });
    const input = { idempotencyKey: 'move', addressId: address.id, address: { ...home, line1: 'Neuweg 1' } };
    const { changeAddress: moved } = await ask<{ changeAddress: { address: { current: { id: string } } } }>(
      principal,
      change,
      { input },
    );
    expect(moved.address).toMatchObject({ id: address.id, current: { version: 2, line1: 'Neuweg 1' } });
    const { _entities: versions } = await ask<{ _entities: object[] }>(
      principal,
      `query ($of: [_Any!]!) { _entities(representations: $of) { ... on AddressVersion { line1 version } } }`,
      { of: [address.current.id, moved.address.current.id].map((id) => ({ __typename: 'AddressVersion', id })) },
    );
    expect(versions).toEqual([
      { line1: 'Geheimgasse 7', version: 1 },
      { line1: 'Neuweg 1', version: 2 },
    ]);
    const same = await ask(principal, change, { input: { ...input, idempotencyKey: 'again' } });
    expect(same).toMatchObject({
      changeAddress: { address: { current: { id: moved.address.current.id, version: 2 } } },
    });
    const told = (await graph.appended()).filter(
      ({ eventType, metadata }) =>
        eventType === 'CustomerAddressVersioned' && metadata.aggregateId === `customer:${principal.subject}`,
    );
    expect(told).toHaveLength(2);
  });

  it('are added once per idempotency key, and up to a limit', async () => {
    const principal = await somebody();
    const input = { idempotencyKey: 'once', address: home };
    const first = await ask(principal, addAddress, { input });
    expect(await ask(principal, addAddress, { input })).toEqual(first);
    for (let n = 2; n <= 20; n++) await added(principal);
    expect(await ask(principal, addAddress, { input: { idempotencyKey: 'too many', address: home } })).toEqual({
      addAddress: { __typename: 'CustomerAddressLimitReached' },
    });
    expect(
      await ask(principal, addAddress, {
        input: {
          idempotencyKey: 'wrong',
          address: { ...home, country: 'XX', position: { latitude: 91, longitude: 0 } },
        },
      }),
    ).toEqual({
      addAddress: {
        __typename: 'CustomerInputInvalid',
        problems: [
          { field: 'address.country', code: 'MALFORMED' },
          { field: 'address.position.latitude', code: 'OUT_OF_RANGE' },
        ],
      },
    });
  });

  it('are no longer listed after removal, and another one becomes the default', async () => {
    const principal = await somebody();
    const first = await added(principal);
    later();
    const second = await added(principal, home, { makeDefault: true });
    const list = async () =>
      (
        await ask<{ me: { addresses: { id: string; isDefault: boolean }[] } }>(
          principal,
          '{ me { addresses { id isDefault } } }',
        )
      ).me.addresses;
    expect(await list()).toEqual([
      { id: second.id, isDefault: true },
      { id: first.id, isDefault: false },
    ]);
    const remove = `mutation ($id: ID!) { removeAddress(addressId: $id) { __typename ... on RemoveAddressSuccess { customer { addresses { id isDefault } } } } }`;
    const removed = {
      removeAddress: {
        __typename: 'RemoveAddressSuccess',
        customer: { addresses: [{ id: first.id, isDefault: true }] },
      },
    };
    expect(await ask(principal, remove, { id: second.id })).toEqual(removed);
    expect(await ask(principal, remove, { id: second.id })).toEqual(removed);
  });

  it('are not present for new orders once removed or changed, but still found for orders in progress', async () => {
    const principal = await somebody();
    const [kept, gone] = [await added(principal), await added(principal)];
    const ask1 = (addressVersionId: string) =>
      graph.client(CustomerQueryService).getAddressVersion({ customerId: principal.subject, addressVersionId });
    await ask(principal, `mutation ($id: ID!) { removeAddress(addressId: $id) { __typename } }`, { id: gone.id });
    expect(await ask1(gone.current.id)).toMatchObject({ found: true, current: false });
    const before = kept.current.id;
    const { changeAddress } = await ask<{ changeAddress: { address: { current: { id: string } } } }>(
      principal,
      change,
      {
        input: { idempotencyKey: 'moves', addressId: kept.id, address: { ...home, line1: 'Umzugsweg 1' } },
      },
    );
    expect(await ask1(before)).toMatchObject({ found: true, current: false });
    expect(await ask1(changeAddress.address.current.id)).toMatchObject({ found: true, current: true });
  });

  it('are told to nobody when somebody copied what is sealed from one row into another', async () => {
    const principal = await somebody();
    const [mine, other] = [await added(principal), await added(principal, { ...home, line1: 'Nebengasse 2' })];
    await graph.domain.pool.query(
      'UPDATE address_version SET line1 = (SELECT line1 FROM address_version WHERE id = $1) WHERE id = $2',
      [mine.current.id, other.current.id],
    );
    const { errors } = await graph.as(principal)('{ me { addresses { current { line1 } } } }');
    expect(errors?.[0]?.extensions?.['code']).toBe('INTERNAL_SERVER_ERROR');
    expect(JSON.stringify(errors)).not.toContain('Geheimgasse');
  });

  it("are returned to other domains for the owner's id only", async () => {
    const principal = await somebody();
    const { current } = await added(principal);
    const query = graph.client(CustomerQueryService);
    const mine = { customerId: principal.subject, addressVersionId: current.id };
    expect(await query.getAddressVersion(mine)).toMatchObject({
      found: true,
      ...home.position,
      country: 'DE',
      current: true,
    });
    const others = [
      { ...mine, customerId: seedId('customer', 1) },
      { ...mine, addressVersionId: seedId('addressVersion', 'none') },
      { customerId: '', addressVersionId: 'x' },
    ];
    for (const other of others)
      expect(await query.getAddressVersion(other)).toMatchObject({ found: false, latitude: 0, country: '' });
    const { doorsteps } = await query.getDoorsteps({ addresses: [...others, mine] });
    expect(doorsteps.map(({ found, givenName, line1, phone }) => ({ found, givenName, line1, phone }))).toEqual([
      ...others.map(() => ({ found: false, givenName: '', line1: '', phone: '' })),
      { found: true, givenName: 'Zoë', line1: 'Geheimgasse 7', phone: '+49305550199' },
    ]);
  });
});
