import changeStore from '../../operations/changeStore.graphql';
import closeStore from '../../operations/closeStore.graphql';
import setDeliveryTerms from '../../operations/setDeliveryTerms.graphql';
import storeDetails from '../../operations/storeDetails.graphql';
import type {
  ChangeStoreInput,
  ChangeStoreMutationVariables,
  CloseStoreMutationVariables,
  SetDeliveryTermsMutationVariables,
  StoreDetailsQuery,
  StoreDetailsQueryVariables,
} from '#generated/bffs/staff/operations.ts';
import { element } from '../pageFrame.ts';
import { CarriersPart } from './carriersPart.ts';
import { succeeded, type Desk, type Outcome } from './desk.ts';
import { exponentOf, money } from './money.ts';
import { officeTexts as texts } from './officeTexts.ts';
import { button, field, form, nothing, type Pane } from './pane.ts';
import {
  positionFields,
  readPosition,
  readServices,
  readTaxes,
  serviceFields,
  taxFields,
  textField,
} from './storeForms.ts';
import { kilometres, percent, readTiers, tierFields } from './storeTerms.ts';

type Store = NonNullable<StoreDetailsQuery['store']>;
type Terms = NonNullable<StoreDetailsQuery['deliveryTerms']>;

/**
 * What is said of the store, how far and for what it delivers, and its taxes. Admins alone change the last two, and
 * close the store for good.
 */
export class StorePane implements Pane {
  readonly id = 'store';
  readonly root = element('section', { 'aria-label': texts.panes.store, id: 'store-terms' });
  readonly #desk: Desk;
  readonly #carriers: CarriersPart;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.#carriers = new CarriersPart(desk);
  }

  async open(): Promise<void> {
    // What is typed until it is drawn anew would be lost.
    this.root.setAttribute('aria-busy', 'true');
    const [data] = await Promise.all([
      this.#desk.read<StoreDetailsQuery>(storeDetails, {
        storeId: this.#desk.session.member.store.id,
      } satisfies StoreDetailsQueryVariables),
      this.#carriers.open(),
    ]);
    this.root.removeAttribute('aria-busy');
    if (!data?.store) return;
    const { store, deliveryTerms } = data;
    const isAdmin = this.#desk.session.member.may('admin');
    this.root.replaceChildren(
      element('h2', {}, texts.details),
      this.#details(store),
      element('h2', {}, texts.deliveryArea),
      ...(deliveryTerms ? this.#delivery(store, deliveryTerms, isAdmin) : []),
      element('h2', {}, texts.carriers),
      this.#carriers.root,
      element('h2', {}, texts.taxes),
      isAdmin ? this.#taxForm(store) : taxList(store),
      ...(isAdmin ? [element('h2', {}, texts.closing), ...this.#closing(store)] : []),
    );
  }

  #details(store: Store): HTMLElement {
    const { name, address, timeZone } = store;
    const postalCode = field(texts.postalCode, {
      name: 'postalCode',
      value: address.postalCode ?? '',
      maxlength: '20',
      ...(address.postalCode === null ? {} : { required: '' }),
    });
    const fields = [
      textField(texts.storeName, 'name', name, '200'),
      textField(texts.street, 'street', address.street, '200'),
      postalCode,
      textField(texts.city, 'city', address.city, '100'),
      ...positionFields(store.position),
      textField(texts.timeZone, 'timeZone', timeZone, '60'),
      serviceFields(store.services),
    ];
    return form(texts.details, fields, {
      text: texts.saveDetails,
      onSubmit: (values) => {
        const { name: called = '', street = '', city = '', timeZone: zone = '', postalCode: code } = values;
        return this.#change(store, {
          ...{ name: called, street, city, timeZone: zone },
          ...(code ? { postalCode: code } : {}),
          position: readPosition(values),
          services: readServices(values),
        });
      },
    });
  }

  #delivery(store: Store, terms: Terms, isAdmin: boolean): HTMLElement[] {
    const exponent = exponentOf(store.currency);
    const rows = terms.tiers.map(({ upToMetres, fee }) =>
      element(
        'li',
        {},
        element('span', { class: 'name' }, texts.upTo(kilometres(upToMetres))),
        element(
          'span',
          { class: 'figure' },
          money({ amount: fee, currency: store.currency, exponent }, texts.language),
        ),
      ),
    );
    const list = element('ul', { class: 'rows' }, ...(rows.length > 0 ? rows : [nothing(texts.asTheChain)]));
    if (!isAdmin) return [list];
    const fields = tierFields(terms.tiers, exponent).map(({ index, distance, fee }) =>
      element(
        'span',
        { class: 'actions' },
        field(texts.distance(index), { name: `distance-${index}`, inputmode: 'decimal', value: distance }),
        field(texts.fee(index, store.currency), { name: `fee-${index}`, inputmode: 'decimal', value: fee }),
      ),
    );
    const editing = form(texts.deliveryArea, [...fields, element('small', { class: 'quiet' }, texts.areaHint)], {
      text: texts.saveArea,
      onSubmit: async (values) => {
        const tiers = readTiers(values, exponent);
        if (!tiers) return this.#desk.tell(texts.badTiers, true);
        const result = await this.#desk.change(
          setDeliveryTerms,
          (idempotencyKey): SetDeliveryTermsMutationVariables => ({
            input: { idempotencyKey, storeId: store.id, expectedVersion: terms.version, tiers },
          }),
          texts.saved,
        );
        await this.#openAfter(result);
      },
    });
    return [list, editing];
  }

  #taxForm(store: Store): HTMLElement {
    return form(texts.taxes, taxFields(store.taxRegime), {
      text: texts.saveTaxes,
      onSubmit: async (values) => {
        const taxRegime = readTaxes(values);
        if (!taxRegime) return this.#desk.tell(texts.badRate, true);
        await this.#change(store, { taxRegime });
      },
    });
  }

  #closing(store: Store): HTMLElement[] {
    if (store.closedAt !== null)
      return [element('p', { class: 'bad', id: 'closed-store' }, texts.isClosedForGood(store.name))];
    const close = async (): Promise<void> => {
      if (!(await this.#desk.isSure(texts.closeStoreTitle(store.name), texts.closeStore))) return;
      const result = await this.#desk.change(
        closeStore,
        (idempotencyKey): CloseStoreMutationVariables => ({
          input: { idempotencyKey, storeId: store.id, expectedVersion: store.version },
        }),
        texts.isClosedForGood(store.name),
      );
      await this.#openAfter(result);
    };
    return [element('p', { class: 'quiet' }, texts.closingHint), button(texts.closeStore, close)];
  }

  async #change({ id: storeId, version: expectedVersion }: Store, said: Partial<ChangeStoreInput>): Promise<void> {
    const result = await this.#desk.change(
      changeStore,
      (idempotencyKey): ChangeStoreMutationVariables => ({
        input: { ...said, idempotencyKey, storeId, expectedVersion },
      }),
      texts.saved,
    );
    await this.#openAfter(result);
  }

  /** The forms are drawn anew only if the change was stored or is stale: otherwise what the person typed is kept. */
  async #openAfter(result: Outcome | undefined): Promise<void> {
    if (succeeded(result) || result?.changedFields) await this.open();
  }
}

function taxList({ taxRegime }: Store): HTMLElement {
  const rows = taxRegime.rates.map(({ taxClass, service, basisPoints }) =>
    element(
      'li',
      {},
      element('span', { class: 'name' }, texts.rate(taxClass, texts.services[service])),
      element('span', { class: 'figure' }, `${percent(basisPoints)} %`),
    ),
  );
  return element('ul', { class: 'rows' }, ...rows);
}
