import { beforeAll, expect, test } from 'vitest';
import { HomeDocument, type HomeQuery } from '#generated/bffs/mobile/operations.ts';
import { StoreMenuPageDocument, type StoreMenuPageQuery } from '#generated/bffs/web/operations.ts';
import { overTheWire } from '../harness/overTheWire.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import { demoStore, type TestSystem } from '../harness/startTestSystem.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await sharedSystem();
});

test.each(['EN', 'DE'])(
  'a phone gets the same store and menu in at most half the bytes of the web page (%s)',
  async (locale) => {
    const token = await system.tokenFor({ role: 'customer' });
    const home = await overTheWire(system.urlOf('mobile'), token, HomeDocument, { storeId: demoStore, locale });
    const page = await overTheWire(system.urlOf('web'), token, StoreMenuPageDocument, { storeId: demoStore, locale });
    expect([home.encoding, page.encoding]).toEqual(['gzip', 'gzip']);
    expect([home.body.errors, page.body.errors]).toEqual([undefined, undefined]);

    const sold = ({ store }: HomeQuery | StoreMenuPageQuery) =>
      store?.menu?.sections.flatMap(({ entries }) =>
        entries.edges.map(({ node }) => [node.item.name, node.price.amount, node.available]),
      );
    const onThePhone = sold(home.body.data as HomeQuery);
    expect(onThePhone?.length).toBeGreaterThan(80);
    expect(onThePhone).toEqual(sold(page.body.data as StoreMenuPageQuery));
    expect(home.bytes * 2, `${home.bytes} bytes on the phone, ${page.bytes} on the web`).toBeLessThanOrEqual(
      page.bytes,
    );
  },
);
