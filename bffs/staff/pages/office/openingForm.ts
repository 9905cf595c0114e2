import openStore from '../../operations/openStore.graphql';
import type { OpenStoreMutationVariables, StoreService } from '#generated/bffs/staff/operations.ts';
import type { StaffSession } from '../staffPage.ts';
import { element } from '../pageFrame.ts';
import { succeeded, type Desk, type Outcome } from './desk.ts';
import { officeTexts as texts } from './officeTexts.ts';
import { field, form } from './pane.ts';
import {
  positionFields,
  readPosition,
  readServices,
  readTaxes,
  readWeek,
  serviceFields,
  taxFields,
  textField,
  weekFields,
  type Taxes,
} from './storeForms.ts';

type Values = Readonly<Record<string, string>>;
type Opened = Outcome & { readonly store?: { readonly id: string; readonly name: string } };

/** What the form begins with. */
export interface Beginning {
  readonly country: string;
  readonly currency: string;
  readonly timeZone: string;
  readonly services: readonly StoreService[];
  readonly taxRegime: Taxes;
}

/** A form that opens a store. What was typed is kept until a store has come of it; then it calls `onOpened`. */
export function openingForm(
  desk: Desk<Pick<StaffSession, 'ask'>>,
  { country, currency, timeZone, services, taxRegime }: Beginning,
  onOpened: (storeId: string) => Promise<void>,
): HTMLFormElement {
  const capitals = (label: string, name: string, length: number, value: string) =>
    field(label, { name, value, required: '', pattern: `[A-Z]{${length}}`, maxlength: String(length) });
  const fields = [
    textField(texts.newStoreName, 'name', '', '200'),
    textField(texts.street, 'street', '', '200'),
    field(texts.postalCode, { name: 'postalCode', maxlength: '20' }),
    textField(texts.city, 'city', '', '100'),
    capitals(texts.country, 'country', 2, country),
    capitals(texts.currency, 'currency', 3, currency),
    ...positionFields(),
    textField(texts.timeZone, 'timeZone', timeZone, '60'),
    field(texts.maxOpenOrders, { name: 'most', type: 'number', min: '1', max: '100000', required: '', value: '40' }),
    serviceFields(services),
    element('fieldset', {}, element('legend', {}, texts.week), ...weekFields(() => '')),
    element('fieldset', {}, element('legend', {}, texts.taxes), ...taxFields(taxRegime)),
  ];
  const onSubmit = async (values: Values): Promise<void> => {
    const openingHours = readWeek(values);
    if (typeof openingHours === 'string') return desk.tell(texts.badHours(texts.weekdays[openingHours]), true);
    const taxes = readTaxes(values);
    if (!taxes) return desk.tell(texts.badRate, true);
    const { name = '', street = '', city = '', postalCode } = values;
    const result = await desk.change<Opened>(
      openStore,
      (idempotencyKey): OpenStoreMutationVariables => ({
        input: {
          ...{ idempotencyKey, name, street, city, taxRegime: taxes },
          ...{ country: values['country'] ?? '', currency: values['currency'] ?? '' },
          timeZone: values['timeZone'] ?? '',
          ...(postalCode ? { postalCode } : {}),
          position: readPosition(values),
          services: readServices(values),
          maxOpenOrders: Number(values['most']),
          openingHours: [...openingHours],
        },
      }),
      texts.storeOpened(name),
    );
    if (succeeded(result) && result?.store) await onOpened(result.store.id);
  };
  return form(texts.openAStore, fields, { text: texts.openStore, onSubmit });
}

/** The same page for another store, in the same language. */
export function officeOf(storeId: string): string {
  const url = new URL(location.href);
  url.searchParams.set('store', storeId);
  url.hash = '';
  return url.href;
}
