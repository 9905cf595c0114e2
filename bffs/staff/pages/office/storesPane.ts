import chainStores from '../../operations/chainStores.graphql';
import openStore from '../../operations/openStore.graphql';
import storeDetails from '../../operations/storeDetails.graphql';
import type {
  ChainStoresQuery,
  ChainStoresQueryVariables,
  OpenStoreMutationVariables,
  StoreDetailsQuery,
  StoreDetailsQueryVariables,
} from '#generated/bffs/staff/operations.ts';
import { element } from '../pageFrame.ts';
import { succeeded, type Desk, type Outcome } from './desk.ts';
import { officeTexts as texts } from './officeTexts.ts';
import { field, form, nothing, type Pane } from './pane.ts';
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
} from './storeForms.ts';

type Page = ChainStoresQuery['stores'];
type Node = Page['edges'][number]['node'];
type Values = Readonly<Record<string, string>>;
type Opened = Outcome & { readonly store?: { readonly id: string; readonly name: string } };

/** The stores of the chain, for admins: turning to the office of another one, and opening one more. */
export class StoresPane implements Pane {
  readonly id = 'stores';
  readonly root = element('section', { 'aria-label': texts.panes.stores });
  readonly #desk: Desk;
  readonly #list = element('ul', { class: 'rows', id: 'stores' });
  readonly #opening = element('div');

  constructor(desk: Desk) {
    this.#desk = desk;
    this.root.append(
      element('h2', {}, texts.openAStore),
      this.#opening,
      element('h2', {}, texts.allStores),
      this.#list,
    );
  }

  async open(): Promise<void> {
    this.root.setAttribute('aria-busy', 'true');
    await Promise.all([this.#showStores(), this.#showForm()]);
    this.root.removeAttribute('aria-busy');
  }

  async #showStores(): Promise<void> {
    const all: Node[] = [];
    for (let after: string | null = null; ;) {
      const variables: ChainStoresQueryVariables = { after };
      const page: Page | undefined = (await this.#desk.read<ChainStoresQuery>(chainStores, variables))?.stores;
      if (!page) return;
      all.push(...page.edges.map(({ node }) => node));
      after = page.pageInfo.endCursor ?? null;
      if (!page.pageInfo.hasNextPage) break;
    }
    this.#list.replaceChildren(...(all.length > 0 ? all.map((store) => row(store)) : [nothing(texts.noStores)]));
  }

  /** The form begins with the taxes, country and hours of trade of the store whose office this is. */
  async #showForm(): Promise<void> {
    const data = await this.#desk.read<StoreDetailsQuery>(storeDetails, {
      storeId: this.#desk.session.member.store.id,
    } satisfies StoreDetailsQueryVariables);
    if (!data?.store) return;
    const { address, currency, timeZone, services, taxRegime } = data.store;
    const country = (name: string, label: string, length: number, value: string) =>
      field(label, { name, value, required: '', pattern: `[A-Z]{${length}}`, maxlength: String(length) });
    const fields = [
      textField(texts.newStoreName, 'name', '', '200'),
      textField(texts.street, 'street', '', '200'),
      field(texts.postalCode, { name: 'postalCode', maxlength: '20' }),
      textField(texts.city, 'city', '', '100'),
      country('country', texts.country, 2, address.country),
      country('currency', texts.currency, 3, currency),
      ...positionFields(),
      textField(texts.timeZone, 'timeZone', timeZone, '60'),
      field(texts.maxOpenOrders, { name: 'most', type: 'number', min: '1', max: '100000', required: '', value: '40' }),
      serviceFields(services),
      element('fieldset', {}, element('legend', {}, texts.week), ...weekFields(() => '')),
      element('fieldset', {}, element('legend', {}, texts.taxes), ...taxFields(taxRegime)),
    ];
    this.#opening.replaceChildren(
      form(texts.openAStore, fields, { text: texts.openStore, onSubmit: (values) => this.#openStore(values) }),
    );
  }

  async #openStore(values: Values): Promise<void> {
    const openingHours = readWeek(values);
    if (typeof openingHours === 'string') return this.#desk.tell(texts.badHours(texts.weekdays[openingHours]), true);
    const taxRegime = readTaxes(values);
    if (!taxRegime) return this.#desk.tell(texts.badRate, true);
    const { name = '', street = '', city = '', country = '', currency = '', timeZone = '', postalCode } = values;
    const result = await this.#desk.change<Opened>(
      openStore,
      (idempotencyKey): OpenStoreMutationVariables => ({
        input: {
          ...{ idempotencyKey, name, street, city, country, currency, timeZone, taxRegime },
          ...(postalCode ? { postalCode } : {}),
          position: readPosition(values),
          services: readServices(values),
          maxOpenOrders: Number(values['most']),
          openingHours: [...openingHours],
        },
      }),
      texts.storeOpened(name),
    );
    // What was typed is kept until a store has come of it.
    if (succeeded(result)) await this.open();
  }
}

const row = ({ id, name, acceptingOrders, address }: Node): HTMLElement =>
  element(
    'li',
    {},
    element('a', { class: 'name', href: officeOf(id) }, name),
    element('span', { class: 'quiet' }, `${address.city}, ${address.country}`),
    element('span', { class: acceptingOrders ? 'quiet' : 'bad' }, acceptingOrders ? '' : texts.takesNoOrders),
  );

/** The same page for another store, in the same language. */
function officeOf(storeId: string): string {
  const url = new URL(location.href);
  url.searchParams.set('store', storeId);
  url.hash = '';
  return url.href;
}
