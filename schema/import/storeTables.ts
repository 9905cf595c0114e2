import { z } from 'zod';
import { chainLimits } from '../chainLimits.ts';
import * as field from './fields.ts';
import { table } from './table.ts';

/** What a folder says of stores. */
export const storeTables = {
  countries: table({
    about: 'Where the chain sells, and in which currency.',
    identity: ['country'],
    kind: 'country',
    row: z.strictObject({ country: field.country, currency: field.currency }),
  }),
  taxRegimes: table({
    about: 'How prices and taxes go together at the stores that name the regime.',
    identity: ['key'],
    kind: 'taxRegime',
    row: z.strictObject({
      key: field.key,
      inclusive: z.boolean().describe('Prices contain the tax. False: it is added at the end.'),
      rounding: z
        .enum(['PER_LINE', 'PER_RATE'])
        .describe('Each line of an order is rounded by itself, or all of a rate once.'),
    }),
  }),
  taxRates: table({
    about: 'The rates of a regime, for each class of goods in each service.',
    identity: ['regime', 'taxClass', 'service'],
    each: ['regime', 'taxClass', 'service'],
    refs: { regime: 'taxRegime' },
    row: z.strictObject({
      regime: field.keyOf('regime'),
      taxClass: field.taxClass,
      service: field.service,
      basisPoints: z.int().min(0).max(10_000).describe('Hundredths of a percent: 1900 is 19 %.'),
    }),
  }),
  stores: table({
    about: 'The restaurants.',
    identity: ['key'],
    kind: 'store',
    refs: { country: 'country', taxRegime: 'taxRegime' },
    row: z.strictObject({
      key: field.key,
      name: field.text(chainLimits.storeName).describe('What the chain calls it.'),
      street: field.text(chainLimits.street).describe('Street and number.'),
      city: field.text(chainLimits.city),
      postalCode: field.text(chainLimits.postalCode).optional(),
      country: field.country,
      latitude: z.number().min(-90).max(90).describe('Degrees north.'),
      longitude: z.number().min(-180).max(180).describe('Degrees east.'),
      timeZone: z.string().describe('IANA time zone, such as Europe/Berlin.'),
      services: z.array(field.service).min(1).describe('What a guest can have here.'),
      taxRegime: field.keyOf('tax regime, from taxRegimes'),
      maxOpenOrders: z
        .int()
        .min(1)
        .max(chainLimits.openOrders)
        .describe('It takes no more orders while so many are under way.'),
      holidayRegion: z
        .string()
        .regex(/^[A-Z0-9]{1,4}$/, 'write the code of a region, such as BY')
        .optional()
        .describe('The region whose public holidays hold, besides those of the country: the end of ISO 3166-2.'),
      closed: z.boolean().default(false).describe('It is closed for good.'),
    }),
  }),
  openingHours: table({
    about: 'The usual week of stores: a row for each interval. A store that has one here has no others.',
    identity: ['store', 'weekday', 'opens'],
    each: ['store', 'weekday'],
    refs: { store: 'store' },
    row: z.strictObject({
      store: field.keyOf('store'),
      weekday: field.weekday,
      opens: field.clockTime,
      closes: field.clockTime,
    }),
  }),
  openingExceptions: table({
    about: 'Days that differ from the week: a row for each interval, or one without times for a day that is closed.',
    identity: ['store', 'date', 'opens'],
    each: ['store'],
    refs: { store: 'store' },
    row: z.strictObject({
      store: field.keyOf('store'),
      date: z.iso.date('write the day as YYYY-MM-DD').describe('Day at the store, YYYY-MM-DD.'),
      opens: field.clockTime.optional(),
      closes: field.clockTime.optional(),
      note: field.text(chainLimits.note).optional().describe('Why, for guests.'),
    }),
  }),
  holidayHours: table({
    about: 'What stores do on public holidays, each year: a row for each interval, or one without times for closed.',
    identity: ['store', 'holiday', 'opens'],
    each: ['store'],
    refs: { store: 'store' },
    row: z.strictObject({
      store: field.keyOf('store'),
      holiday: field.text(200).describe('English name of the holiday, such as Christmas Day.'),
      opens: field.clockTime.optional(),
      closes: field.clockTime.optional(),
    }),
  }),
  couriers: table({
    about: 'Who delivers.',
    identity: ['key'],
    kind: 'courier',
    row: z.strictObject({
      key: field.key.describe('The subject (`sub`, a UUID) of the courier’s token.'),
      displayName: field.text(chainLimits.courierName).describe('What guests see: a first name.'),
    }),
  }),
};
