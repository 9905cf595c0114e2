import { z } from 'zod';
import { charactersIn, isPrintable, isSeen, notPrintable } from '#platform/subgraph/characters.ts';
import { withLineFeeds } from '#platform/subgraph/lineEnds.ts';
import { chainLimits } from '../chainLimits.ts';

/** Building blocks of the rows of an import. */

/** A name that you choose, by which other rows refer to a thing, or the thing's id. */
export const key = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._/-]{0,119}$/, 'write it in lower case: a to z, 0 to 9, and - . _ / between')
  .describe('A name of your own choosing, the same for ever, such as classic-burger; or the id, as an export has it.');

export const keyOf = (what: string) => key.describe(`Key of the ${what}.`);

export const text = (max: number) =>
  atMost(max, z.string().overwrite(withLineFeeds).trim().min(1, 'say something').refine(isSeen, 'say something'));

/** Counts characters as the graph does, so that an import takes what the graph took. */
const atMost = (max: number, schema: z.ZodString) =>
  schema
    .refine((each) => charactersIn(each) <= max, `write at most ${max} characters`)
    .refine(isPrintable, notPrintable)
    .meta({ maxLength: max });

/** A text by language, or none: in CSV a column for each, `name.en`, `name.de`. */
export const anyTexts = (max: number) =>
  z.record(
    z.string().regex(/^[a-z]{2}$/, 'name languages by two small letters, such as en'),
    atMost(max, z.string().overwrite(withLineFeeds)),
  );

export const texts = (max: number) =>
  anyTexts(max).refine((each) => Object.values(each).some(isSeen), 'give it in one language at least');

export const country = z
  .string()
  .regex(/^[A-Z]{2}$/, 'write two capitals, such as DE')
  .describe('ISO 3166-1 alpha-2 code, such as DE.');

export const currency = z
  .string()
  .regex(/^[A-Z]{3}$/, 'write three capitals, such as EUR')
  .describe('ISO 4217 code, such as EUR.');

export const position = z.int().min(0).max(chainLimits.position);

export const quantity = z.int().min(1).max(chainLimits.quantity);

export const clockTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'write HH:MM, from 00:00 to 23:59')
  .describe('Local time, HH:MM. `closes` not later than `opens` means on the next day.');

export const instant = z.iso.datetime({
  offset: true,
  error: 'write date, time and offset, such as 2026-03-01T00:00:00Z or 2026-03-01T00:00:00+01:00',
});

export const service = z.enum(['DINE_IN', 'TAKEAWAY', 'DELIVERY', 'KIOSK']);
export const taxClass = z.enum(['FOOD', 'BEVERAGE', 'ALCOHOL']);
export const weekday = z.enum(['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY']);
export const allergen = z.enum([
  'GLUTEN',
  'CRUSTACEANS',
  'EGGS',
  'FISH',
  'PEANUTS',
  'SOYA',
  'MILK',
  'NUTS',
  'CELERY',
  'MUSTARD',
  'SESAME',
  'SULPHITES',
  'LUPIN',
  'MOLLUSCS',
]);
