import type { MessageInitShape } from '@bufbuild/protobuf';
import { CustomerQueryService } from '#generated/proto/drburger/customers/v1/customers_pb.ts';
import { DeliveryQueryService } from '#generated/proto/drburger/delivery/v1/delivery_pb.ts';
import { InventoryQueryService } from '#generated/proto/drburger/inventory/v1/inventory_pb.ts';
import { MenuQueryService, type PricedLineSchema } from '#generated/proto/drburger/menu/v1/menu_pb.ts';
import { StoreQueryService } from '#generated/proto/drburger/stores/v1/stores_pb.ts';
import { service, type RpcService } from '#platform/rpc/service.ts';
import { seedId } from '#schema/seed/seedId.ts';

export const storeId = seedId('store', 1);
export const otherStoreId = seedId('store', 2);
export const customerId = seedId('customer', 1);
export const otherCustomerId = seedId('customer', 2);
export const addressVersionId = seedId('addressVersion', '1/1');
export const farAddressVersionId = seedId('addressVersion', '1/2');
export const burger = seedId('menuItem', 'burger');
export const cola = seedId('menuItem', 'cola');
export const soldOut = seedId('menuItem', 'sold-out');
/** An item that is on the menu but out of stock. */
export const rareItem = seedId('menuItem', 'rare');
export const unknownItem = seedId('menuItem', 'unknown');

/** The answers of the other domains about the one store, menu and customer of these tests. A test may change them. */
export interface Answers {
  open: boolean;
  accepting: boolean;
  maxOpenOrders: number;
  services: string[];
  burgerPrice: bigint;
  /** Whether the version of the address that is asked for is still the present one. */
  addressCurrent: boolean;
  /** The modifier of which the store has none; null when it has everything. */
  lackingModifier: string | null;
  /** How often prices have been asked for. */
  asked: number;
}

export const usualAnswers = (): Answers => ({
  open: true,
  accepting: true,
  maxOpenOrders: 1_000,
  services: ['DINE_IN', 'TAKEAWAY', 'DELIVERY', 'KIOSK'],
  burgerPrice: 1070n,
  addressCurrent: true,
  lackingModifier: null,
  asked: 0,
});

const rates = ['DINE_IN', 'TAKEAWAY', 'DELIVERY', 'KIOSK'].flatMap((each) => [
  { taxClass: 'FOOD', service: each, basisPoints: 700 },
  { taxClass: 'BEVERAGE', service: each, basisPoints: 1900 },
]);

const line = (answers: Answers, menuItemId: string): MessageInitShape<typeof PricedLineSchema> => {
  if (menuItemId === soldOut) return { problem: 'UNAVAILABLE', subject: 'Sold out' };
  if (menuItemId === unknownItem) return { problem: 'UNKNOWN_ITEM', subject: menuItemId };
  if (menuItemId === cola)
    return { unitPrice: 595n, taxClass: 'BEVERAGE', name: { en: 'Cola' }, componentItemIds: [cola] };
  return {
    unitPrice: answers.burgerPrice,
    taxClass: 'FOOD',
    name: { en: 'Burger', de: 'Burger vom Grill' },
    componentItemIds: [menuItemId],
  };
};

/** Real Connect services like those of the real domains; only their answers are invented. */
export const answeringDomains = (answers: Answers): Record<string, RpcService[]> => ({
  stores: [
    service(StoreQueryService, ['orders', 'delivery', 'customers'], {
      getOrderingTerms: (request) =>
        request.storeId === seedId('store', 9)
          ? { found: false }
          : {
              found: true,
              open: answers.open,
              accepting: answers.accepting,
              services: answers.services,
              country: 'DE',
              currency: 'EUR',
              exponent: 2,
              timeZone: 'Europe/Berlin',
              taxInclusive: true,
              taxRates: rates,
              maxOpenOrders: answers.maxOpenOrders,
              latitude: 52.5,
              longitude: 13.4,
              localDate: request.at.slice(0, 10),
            },
    }),
  ],
  menu: [
    service(MenuQueryService, ['orders'], {
      priceLines: (request) => {
        answers.asked += 1;
        return { lines: request.lines.map((each) => line(answers, each.menuItemId)) };
      },
    }),
  ],
  inventory: [
    service(InventoryQueryService, ['orders'], {
      checkStock: ({ lines }) => ({
        missingLines: lines.flatMap(({ modifierIds }, index) =>
          answers.lackingModifier !== null && modifierIds.includes(answers.lackingModifier) ? [index] : [],
        ),
      }),
    }),
  ],
  customers: [
    service(CustomerQueryService, ['orders', 'delivery'], {
      getAddressVersion: (request) => ({
        found:
          request.customerId === customerId &&
          [addressVersionId, farAddressVersionId].includes(request.addressVersionId),
        latitude: request.addressVersionId === farAddressVersionId ? 60 : 52.51,
        longitude: 13.41,
        country: 'DE',
        current: answers.addressCurrent,
      }),
      getDoorsteps: () => ({}),
    }),
  ],
  delivery: [
    service(DeliveryQueryService, ['orders'], {
      quote: (request) => ({
        deliverable: request.latitude < 53,
        fee: 290n,
        distanceMetres: 1_300,
        promisedAt: new Date(Date.parse(request.at) + 1_800_000).toISOString(),
      }),
    }),
  ],
});
