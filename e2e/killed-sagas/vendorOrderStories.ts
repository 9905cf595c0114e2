import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { seedId } from '#schema/seed/seedId.ts';
import { demoStore } from '../harness/startTestSystem.ts';
import { around, minutes, vendorId, type Doomed, type Stage } from './stage.ts';

const fulfilled = around('authorise', 'offer', 'answerBy', 'capture', 'split', 'forgetPaymentMethod');
const declined = [...fulfilled, ...around('end', 'void')];
const late = [
  ...declined,
  ...around('expire', 'takeBack', 'refund').map((doom) => ({ ...doom, env: { MARKETPLACE_FULFILMENT_SECONDS: '1' } })),
];

/** The stories of an order from a vendor. */
export const vendorOrderStories = (stage: Stage) =>
  describe('killed before and after every step, an order from a vendor', { timeout: 10 * minutes }, () => {
    let marketplace: Doomed;
    beforeAll(async () => {
      marketplace = await stage.doom('marketplace', late);
    }, 4 * minutes);

    /** An order of which the vendor was told. */
    async function offered(): Promise<string> {
      const input = {
        idempotencyKey: randomUUID(),
        vendorId,
        storeId: demoStore,
        lines: [{ itemId: seedId('vendorItem', 'brownie'), quantity: 1 }],
        methodToken: 'tok_visa',
        agreedTotal: 320,
      };
      const result = await stage.ask(
        'customer',
        `mutation ($input: PlaceMarketplaceOrderInput!) {
           result: placeMarketplaceOrder(input: $input) {
             __typename ... on PlaceMarketplaceOrderSuccess { order { id } }
           }
         }`,
        { input },
      );
      expect(result.__typename).toBe('PlaceMarketplaceOrderSuccess');
      const { id } = result['order'] as { id: string };
      await stage.soon('the order is OFFERED', async () => (await orderOf(id))?.status === 'OFFERED');
      return id;
    }
    const orderOf = async (id: string) =>
      (
        await stage.rows<{ status: string; token: string | null }>(
          'marketplace',
          'SELECT status, method_token AS token FROM marketplace_order WHERE id = $1',
          id,
        )
      )[0];
    const entriesOf = async (id: string) =>
      (
        await stage.rows<{ kind: string }>(
          'marketplace',
          'SELECT kind FROM vendor_entry WHERE order_id = $1 ORDER BY created_at',
          id,
        )
      ).map(({ kind }) => kind);
    const work = async (id: string, what: 'accept' | 'decline' | 'fulfil') => {
      const name = `${what}MarketplaceOrder`;
      const input = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
      const mutation = `mutation ($input: ${input}!) { result: ${name}(input: $input) { __typename } }`;
      const { __typename } = await stage.ask('vendor', mutation, { input: { orderId: id } });
      expect(__typename).toBe('ChangeMarketplaceOrderSuccess');
    };
    /** What the marketplace and the provider keep of it in the end. */
    async function kept(id: string, deaths: number) {
      await marketplace.ended(id, deaths);
      return {
        order: await orderOf(id),
        money: await stage.moneyOf(id),
        entries: await entriesOf(id),
        told: await marketplace.told(`marketplaceOrder:${id}`),
      };
    }

    it('is paid for once, and the share entered once', async () => {
      const id = await offered();
      await work(id, 'accept');
      await stage.soon('the share is entered', async () => (await entriesOf(id)).length > 0);
      await work(id, 'fulfil');
      expect(await kept(id, fulfilled.length)).toEqual({
        order: { status: 'FULFILLED', token: null },
        money: ['authorisation', 'capture'],
        entries: ['SHARE'],
        told: ['MarketplaceOrderPlaced', 'OFFERED', 'ACCEPTED', 'SPLIT', 'FULFILLED'],
      });
    });

    it('that the vendor declines is given back once, and told once', async () => {
      const id = await offered();
      await work(id, 'decline');
      expect(await kept(id, declined.length)).toEqual({
        order: { status: 'DECLINED', token: null },
        money: ['authorisation', 'void'],
        entries: [],
        told: ['MarketplaceOrderPlaced', 'OFFERED', 'DECLINED'],
      });
    });

    it('that is not fulfilled in time is refunded once, and the share taken back once', async () => {
      const id = await offered();
      await work(id, 'accept');
      expect(await kept(id, late.length)).toEqual({
        order: { status: 'CANCELLED', token: null },
        money: ['authorisation', 'capture', 'refund'],
        entries: ['SHARE', 'TAKEN_BACK'],
        told: ['MarketplaceOrderPlaced', 'OFFERED', 'ACCEPTED', 'SPLIT', 'CANCELLED', 'REFUNDED'],
      });
    });
  });
