import type { StoreDetailsQuery, StoreService, Weekday } from '#generated/bffs/staff/operations.ts';
import { element } from '../pageFrame.ts';
import { readHours, type Interval } from './hours.ts';
import { officeTexts as texts } from './officeTexts.ts';
import { choice, field } from './pane.ts';
import { percent, readPercent } from './storeTerms.ts';

/** Fields of stores that more than one form has, and how what was typed into them is read. */

export type Taxes = NonNullable<StoreDetailsQuery['store']>['taxRegime'];
type Values = Readonly<Record<string, string>>;

export const services: readonly StoreService[] = ['DINE_IN', 'TAKEAWAY', 'DELIVERY', 'KIOSK'];
const taxClasses = ['FOOD', 'BEVERAGE', 'ALCOHOL'] as const;
const weekdays = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'] as const;

export const textField = (label: string, name: string, value: string, most: string): HTMLElement =>
  field(label, { name, value, required: '', maxlength: most });

export const positionFields = (position?: { readonly latitude: number; readonly longitude: number }): HTMLElement[] =>
  (['latitude', 'longitude'] as const).map((name) =>
    field(texts[name], {
      name,
      type: 'number',
      step: 'any',
      inputmode: 'decimal',
      required: '',
      value: position ? String(position[name]) : '',
    }),
  );

export const readPosition = (values: Values) => ({
  latitude: Number(values['latitude']),
  longitude: Number(values['longitude']),
});

export function serviceFields(offered: readonly StoreService[]): HTMLElement {
  const boxes = services.map((service) =>
    element(
      'label',
      { class: 'check' },
      element('input', {
        type: 'checkbox',
        name: `service-${service}`,
        ...(offered.includes(service) ? { checked: '' } : {}),
      }),
      texts.services[service],
    ),
  );
  return element('fieldset', {}, element('legend', {}, texts.offers), ...boxes);
}

export const readServices = (values: Values): StoreService[] =>
  services.filter((service) => values[`service-${service}`] !== undefined);

/** Rates are asked for in each service, whether the store offers it or may do so later. */
export function taxFields({ inclusive, rounding, rates }: Taxes): HTMLElement[] {
  return [
    choice(texts.pricesAre, 'inclusive', texts.inclusive, String(inclusive)),
    choice(texts.rounded, 'rounding', texts.roundings, rounding),
    ...taxClasses.flatMap((taxClass) =>
      services.map((service) => {
        const known = rates.find((rate) => rate.taxClass === taxClass && rate.service === service);
        return field(texts.rate(taxClass, texts.services[service]), {
          name: `rate-${taxClass}-${service}`,
          inputmode: 'decimal',
          value: known ? percent(known.basisPoints) : '',
        });
      }),
    ),
  ];
}

/** Empty rates are left out. Undefined if one cannot be read. */
export function readTaxes(values: Values): Taxes | undefined {
  const rates = taxClasses.flatMap((taxClass) =>
    services.flatMap((service) => {
      const typed = (values[`rate-${taxClass}-${service}`] ?? '').trim();
      return typed === '' ? [] : [{ taxClass, service, basisPoints: readPercent(typed) ?? -1 }];
    }),
  );
  if (rates.some(({ basisPoints }) => basisPoints < 0)) return undefined;
  return { inclusive: values['inclusive'] === 'true', rounding: values['rounding'] as Taxes['rounding'], rates };
}

interface Day {
  readonly weekday: Weekday;
  readonly intervals: Interval[];
}

export const weekFields = (textOf: (weekday: Weekday) => string): HTMLElement[] => [
  ...weekdays.map((weekday) =>
    field(texts.weekdays[weekday], { name: weekday, value: textOf(weekday), placeholder: texts.closed }),
  ),
  element('small', { class: 'quiet' }, texts.hoursHint),
];

/** The week as it was typed, or the first day that cannot be read. */
export function readWeek(values: Values): readonly Day[] | Weekday {
  const days: Day[] = [];
  for (const weekday of weekdays) {
    const intervals = readHours(values[weekday] ?? '');
    if (!intervals) return weekday;
    days.push({ weekday, intervals });
  }
  return days;
}
