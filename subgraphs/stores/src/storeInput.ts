import { IANAZone } from 'luxon';
import { textProblem } from '#platform/subgraph/characters.ts';
import { withLineFeeds } from '#platform/subgraph/lineEnds.ts';
import { chainLimits } from '#schema/chainLimits.ts';
import type { InputProblem } from './commands/editStore.ts';
import { holidayRegionsOf } from './holidays.ts';
import type { TaxRateRow } from './store.ts';

/** What is said of a store, all of it or a part. */
export interface StoreDetails {
  readonly name?: string | null;
  readonly street?: string | null;
  readonly city?: string | null;
  readonly postalCode?: string | null;
  readonly latitude?: number | null;
  readonly longitude?: number | null;
  readonly timeZone?: string | null;
  readonly services?: readonly string[] | null;
  readonly maxOpenOrders?: number | null;
  /** Empty: no region. */
  readonly holidayRegion?: string | null;
}

const textOf = (text: string | null | undefined): string | undefined =>
  typeof text === 'string' ? withLineFeeds(text.trim()) : undefined;

/** Details without the blanks before and after their texts, and with one kind of ends of lines. */
export function withoutBlanks<Details extends StoreDetails>(details: Details): Details {
  const texts = Object.keys(lengths).map((field) => [field, textOf(details[field as keyof typeof lengths])] as const);
  return { ...details, ...Object.fromEntries(texts.filter(([, text]) => text !== undefined)) };
}

/** How a store taxes its sales, as its row has it. */
export interface Taxes {
  readonly taxInclusive: boolean;
  readonly taxRounding: string;
  readonly taxRates: readonly TaxRateRow[];
}

const { storeName: name, street, city, postalCode, openOrders } = chainLimits;
const lengths = { name, street, city, postalCode };

/** What is wrong with details of a store in a country, for a person; undefined if nothing is. */
export function detailsProblem(country: string, details: StoreDetails): InputProblem | undefined {
  for (const [field, most] of Object.entries(lengths)) {
    const text = details[field as keyof typeof lengths]?.trim();
    const message = text === undefined ? undefined : textProblem(text, most);
    if (message) return { field, message };
  }
  const { latitude, longitude, timeZone, services, maxOpenOrders } = details;
  if (Math.abs(latitude ?? 0) > 90) return { field: 'position', message: 'A latitude lies between -90 and 90.' };
  if (Math.abs(longitude ?? 0) > 180) return { field: 'position', message: 'A longitude lies between -180 and 180.' };
  if (typeof timeZone === 'string' && !IANAZone.isValidZone(timeZone))
    return { field: 'timeZone', message: 'Name a time zone as IANA does, such as Europe/Berlin.' };
  if (services?.length === 0) return { field: 'services', message: 'Name one service at least.' };
  if (new Set(services).size < (services?.length ?? 0))
    return { field: 'services', message: 'Name each service once.' };
  if (maxOpenOrders !== undefined && maxOpenOrders !== null && (maxOpenOrders < 1 || maxOpenOrders > openOrders))
    return { field: 'maxOpenOrders', message: `Give 1 to ${openOrders} orders.` };
  return details.holidayRegion ? regionProblem(country, details.holidayRegion) : undefined;
}

function regionProblem(country: string, region: string): InputProblem | undefined {
  const codes = holidayRegionsOf(country).map(({ code }) => code);
  if (codes.includes(region)) return undefined;
  const message = `No region ${region} of ${country} has holidays of its own: use ${codes.join(', ') || 'none'}.`;
  return { field: 'holidayRegion', message };
}

/** The columns in which a row keeps how a store taxes its sales. */
export const taxesOf = (regime: {
  readonly inclusive: boolean;
  readonly rounding: string;
  readonly rates: readonly TaxRateRow[];
}): Taxes => ({
  taxInclusive: regime.inclusive,
  taxRounding: regime.rounding,
  taxRates: regime.rates.map(({ taxClass, service, basisPoints }) => ({ taxClass, service, basisPoints })),
});

const taxClasses = ['FOOD', 'BEVERAGE', 'ALCOHOL'];

/** Every class of goods has one rate in each service that the store offers; others are fine, too. */
export function ratesProblem(rates: readonly TaxRateRow[], services: readonly string[]): InputProblem | undefined {
  const field = 'taxRegime';
  const named = rates.map(({ taxClass, service }) => `${taxClass} in ${service}`);
  const unknown = rates.find(({ taxClass }) => !taxClasses.includes(taxClass));
  if (unknown) return { field, message: `There is no tax class ${unknown.taxClass}: use ${taxClasses.join(', ')}.` };
  if (new Set(named).size < named.length) return { field, message: 'Give each class and service one rate.' };
  if (rates.some(({ basisPoints }) => basisPoints < 0 || basisPoints > 10_000))
    return { field, message: 'A rate lies between 0 and 10,000 hundredths of a percent.' };
  const missing = services.flatMap((service) => taxClasses.map((taxClass) => `${taxClass} in ${service}`));
  const first = missing.find((each) => !named.includes(each));
  return first ? { field, message: `A rate is missing: ${first}.` } : undefined;
}
