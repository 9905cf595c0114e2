import type { MessageInitShape } from '@bufbuild/protobuf';
import type { OrderingTermsSchema } from '#generated/proto/drburger/stores/v1/stores_pb.ts';
import type { Stores } from './context.ts';
import { loaders } from './loaders.ts';
import { localDate } from './openingHours.ts';
import { acceptsOrders, openingOf, taxRatesOf } from './store.ts';

/** The terms under which a store takes an order at an instant; `found` is false for a store that does not exist. */
export async function orderingTerms(
  domain: Stores,
  storeId: string,
  at: Date,
): Promise<MessageInitShape<typeof OrderingTermsSchema>> {
  const store = await loaders(domain).storeById.load(storeId);
  if (!store) return { found: false };
  return {
    found: true,
    open: openingOf(store, at).open,
    accepting: acceptsOrders(store),
    services: store.services,
    country: store.country,
    currency: store.currency,
    exponent: store.exponent,
    timeZone: store.timeZone,
    taxInclusive: store.taxInclusive,
    taxRounding: store.taxRounding,
    taxRates: taxRatesOf(store),
    maxOpenOrders: store.maxOpenOrders,
    latitude: store.latitude,
    longitude: store.longitude,
    localDate: localDate(store.timeZone, at),
  };
}
