import type { HolidayPlan, StoreResolvers, StoreService, TaxRounding, Weekday } from '#generated/stores/resolvers.ts';
import { holidayRegionsOf, holidaysFrom } from '../holidays.ts';
import { localDate } from '../openingHours.ts';
import { acceptsOrders, differentDays, intervalsOf, openingOf, taxRatesOf, weekOf } from '../store.ts';

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
    return differentDays(store, today)
      .slice(0, maxExceptions)
      .map(({ date, intervals, note }) => ({ date, intervals: [...intervals], note }));
  },
  holidayRegions: ({ country }) => holidayRegionsOf(country),
  publicHolidays: (store, _args, { domain }) => {
    const hours = new Map(store.holidayHours.map((each) => [each.holiday, intervalsOf(each)]));
    const days = new Set(store.exceptions.map(({ date }) => date));
    return holidaysFrom(store, localDate(store.timeZone, domain.clock())).map((each) => {
      const intervals = hours.get(each.holiday);
      return {
        ...each,
        plan: (intervals === undefined ? 'AS_USUAL' : intervals.length > 0 ? 'OWN_HOURS' : 'CLOSED') as HolidayPlan,
        intervals: intervals ?? [],
        overruled: days.has(each.date),
      };
    });
  },
  openNow: (store, _args, { domain }) => openingOf(store, domain.clock()).open,
  nextOpening: (store, _args, { domain }) => openingOf(store, domain.clock()).nextOpening?.toISOString() ?? null,
  closesAt: (store, _args, { domain }) => openingOf(store, domain.clock()).closesAt?.toISOString() ?? null,
  acceptingOrders: acceptsOrders,
  closedAt: (store) => store.closedAt?.toISOString() ?? null,
};
