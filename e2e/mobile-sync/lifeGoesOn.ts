import { randomUUID } from 'node:crypto';
import { parse } from 'graphql';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import {
  AddAddressDocument,
  CancelOrderDocument,
  FavouriteStoreDocument,
  OrderScreenDocument,
  PlaceOrderDocument,
  SetPreferencesDocument,
} from '#generated/bffs/mobile/operations.ts';
import { until } from '#platform/testkit/until.ts';
import { seedId } from '#schema/seed/seedId.ts';
import type { ChannelClient } from '../harness/channelClient.ts';
import { orderInput } from '../harness/placing.ts';

type Change<Input> = TypedDocumentNode<{ result: { __typename: string } }, { input: Input }>;
const staff = <Input>(mutation: string, type: string): Change<Input> =>
  parse(`mutation Staff($input: ${type}!) { result: ${mutation}(input: $input) { __typename } }`) as Change<Input>;
const setAvailability = staff<{ storeId: string; menuItemId: string; available: boolean }>(
  'setMenuItemAvailability',
  'SetMenuItemAvailabilityInput',
);
const changePrice = staff<object>('changeMenuItemPrice', 'ChangeMenuItemPriceInput');
const removeItem = staff<{ menuItemId: string }>('removeMenuItem', 'RemoveMenuItemInput');

export interface People {
  readonly customer: ChannelClient;
  readonly manager: ChannelClient;
  readonly admin: ChannelClient;
}

/** A source of chance that a seed repeats (mulberry32). */
export function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/**
 * Things that happen while a phone is offline, each at random: on the menu of a store, to a customer's orders, in their
 * profile.
 */
export class LifeGoesOn {
  readonly #people: People;
  readonly #storeId: string;
  readonly #itemIds: string[];
  readonly #random: (below: number) => number;
  readonly #open: string[] = [];

  /** `itemIds`: what may be changed. What is removed leaves the list for all who hold it. */
  constructor(people: People, storeId: string, itemIds: string[], random: (below: number) => number) {
    this.#people = people;
    this.#storeId = storeId;
    this.#itemIds = itemIds;
    this.#random = random;
  }

  #item = (): string => this.#itemIds[this.#random(this.#itemIds.length)]!;

  async happen(): Promise<string> {
    const { admin, customer } = this.#people;
    const what = this.#random(100);
    if (what < 25) return this.changeAvailability();
    if (what < 45) {
      const where = this.#random(3) === 0 ? { country: 'DE' } : { storeId: this.#storeId };
      return this.#staff(admin, changePrice, {
        idempotencyKey: randomUUID(),
        menuItemId: this.#item(),
        amount: 100 + this.#random(2_000),
        ...where,
      });
    }
    if (what < 50) {
      const [menuItemId] = this.#itemIds.splice(this.#random(this.#itemIds.length), 1);
      return this.#staff(admin, removeItem, { menuItemId: menuItemId! });
    }
    if (what < 75) return this.#order();
    if (what < 85) return this.#cancel();
    return this.#profile(customer);
  }

  changeAvailability = (): Promise<string> =>
    this.#staff(this.#people.manager, setAvailability, {
      storeId: this.#storeId,
      menuItemId: this.#item(),
      available: this.#random(2) === 0,
    });

  async #staff<Input>(who: ChannelClient, mutation: Change<Input>, input: Input): Promise<string> {
    const { result } = await who.ask(mutation, { input });
    if (!result.__typename.endsWith('Success'))
      throw new Error(`refused: ${result.__typename} ${JSON.stringify(input)}`);
    return result.__typename;
  }

  /** Waits until the order rests: paid for, and in the queue of a kitchen that does nothing. */
  async #order(): Promise<string> {
    // A drink that nothing else here touches, so that there is always something to order.
    const lines = [{ menuItemId: alwaysSold, quantity: 1 }];
    const { placeOrder } = await this.#people.customer.ask(PlaceOrderDocument, {
      input: orderInput('TAKEAWAY', { lines }),
    });
    if (placeOrder.__typename !== 'PlaceOrderSuccess') throw new Error(placeOrder.__typename);
    const orderId = placeOrder.order.id;
    await this.#rests(orderId, 'CONFIRMED');
    this.#open.push(orderId);
    return 'ordered';
  }

  async #cancel(): Promise<string> {
    const orderId = this.#open.splice(this.#random(this.#open.length), 1)[0];
    if (!orderId) return this.#order();
    await this.#people.customer.ask(CancelOrderDocument, { orderId });
    await this.#rests(orderId, 'CANCELLED');
    return 'cancelled';
  }

  #rests = (orderId: string, status: string): Promise<unknown> =>
    until(async () => (await this.#people.customer.ask(OrderScreenDocument, { orderId })).order?.status === status, {
      what: `order ${status}`,
      timeoutMs: 30_000,
    });

  async #profile(customer: ChannelClient): Promise<string> {
    switch (this.#random(3)) {
      case 0:
        return (await customer.ask(FavouriteStoreDocument, { storeId: seedId('store', 1 + this.#random(200)) }))
          .addFavouriteStore.__typename;
      case 1:
        return (
          await customer.ask(SetPreferencesDocument, {
            input: {
              diets: this.#random(2) ? ['VEGAN'] : [],
              avoidAllergens: this.#random(2) ? ['NUTS'] : ['MILK'],
              marketingChannel: 'NONE',
            },
          })
        ).setPreferences.__typename;
      default:
        return (
          await customer.ask(AddAddressDocument, {
            input: {
              idempotencyKey: randomUUID(),
              makeDefault: this.#random(2) === 0,
              address: {
                line1: `Teststraße ${this.#random(1_000)}`,
                postalCode: '10115',
                city: 'Berlin',
                country: 'DE',
                position: { latitude: 52.53, longitude: 13.38 },
              },
            },
          })
        ).addAddress.__typename;
    }
  }
}

/** On no price list that the random changes touch. */
export const alwaysSold = seedId('menuItem', 'still-water');
