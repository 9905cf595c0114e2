import type { StoreResolvers, StoreService, TaxRounding, Weekday } from '#generated/stores/resolvers.ts';
import { localDate } from '../openingHours.ts';
import { acceptsOrders, intervalsOf, openingOf, taxRatesOf, weekOf } from '../store.ts';

const weekdays = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'] as Weekday[];
const maxExceptions = 60;

export const Store: StoreResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.storeById.load(id),
  address: ({ street, city, postalCode, country }) => ({ street, city, postalCode, country }),
  position: ({ latitude, longitude }) => ({ latitude, longitude }),
  services: (store) => store.services as StoreService[],
  taxRegime: (store) => ({
    inclusive: store.taxInclusive,
    rounding: store.taxRounding as TaxRounding,
    rates: taxRatesOf(store).map((rate) => ({ ...rate, service: rate.service as StoreService })),
  }),
  openingHours: (store) => weekOf(store).map((intervals, day) => ({ weekday: weekdays[day]!, intervals })),
  openingExceptions: (store, _args, { domain }) => {
    const today = localDate(store.timeZone, domain.clock());
    return store.exceptions
      .filter(({ date }) => date >= today)
      .sort((a, b) => (a.date < b.date ? -1 : 1))
      .slice(0, maxExceptions)
      .map((exception) => ({ date: exception.date, intervals: intervalsOf(exception), note: exception.note }));
  },
  openNow: (store, _args, { domain }) => openingOf(store, domain.clock()).open,
  nextOpening: (store, _args, { domain }) => openingOf(store, domain.clock()).nextOpening?.toISOString() ?? null,
  closesAt: (store, _args, { domain }) => openingOf(store, domain.clock()).closesAt?.toISOString() ?? null,
  acceptingOrders: acceptsOrders,
  closedAt: (store) => store.closedAt?.toISOString() ?? null,
};
