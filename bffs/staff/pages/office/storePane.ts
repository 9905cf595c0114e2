import changeStore from '../../operations/changeStore.graphql';
import setDeliveryTerms from '../../operations/setDeliveryTerms.graphql';
import storeDetails from '../../operations/storeDetails.graphql';
import type {
  ChangeStoreInput,
  ChangeStoreMutationVariables,
  SetDeliveryTermsMutationVariables,
  StoreDetailsQuery,
  StoreDetailsQueryVariables,
} from '#generated/bffs/staff/operations.ts';
import { element } from '../pageFrame.ts';
import { succeeded, type Desk, type Outcome } from './desk.ts';
import { exponentOf, money } from './money.ts';
import { officeTexts as texts } from './officeTexts.ts';
import { choice, field, form, nothing, type Pane } from './pane.ts';
import { kilometres, percent, readPercent, readTiers, tierFields } from './storeTerms.ts';

type Store = NonNullable<StoreDetailsQuery['store']>;
type Terms = NonNullable<StoreDetailsQuery['deliveryTerms']>;

/** What is said of the store, how far and for what it delivers, and its taxes. Admins alone change the last two. */
export class StorePane implements Pane {
  readonly id = 'store';
  readonly root = element('section', { 'aria-label': texts.panes.store, id: 'store-terms' });
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  async open(): Promise<void> {
    // What is typed until it is drawn anew would be lost.
    this.root.setAttribute('aria-busy', 'true');
    const data = await this.#desk.read<StoreDetailsQuery>(storeDetails, {
      storeId: this.#desk.session.member.store.id,
    } satisfies StoreDetailsQueryVariables);
    this.root.removeAttribute('aria-busy');
    if (!data?.store) return;
    const { store, deliveryTerms } = data;
    const isAdmin = this.#desk.session.member.may('admin');
    this.root.replaceChildren(
      element('h2', {}, texts.details),
      this.#details(store),
      element('h2', {}, texts.deliveryArea),
      ...(deliveryTerms ? this.#delivery(store, deliveryTerms, isAdmin) : []),
      element('h2', {}, texts.taxes),
      isAdmin ? this.#taxForm(store) : taxList(store),
    );
  }

  #details(store: Store): HTMLElement {
    const { name, address, timeZone } = store;
    const text = (label: string, key: string, value: string, most: string): HTMLElement =>
      field(label, { name: key, value, required: '', maxlength: most });
    const postalCode = field(texts.postalCode, {
      name: 'postalCode',
      value: address.postalCode ?? '',
      maxlength: '20',
      ...(address.postalCode === null ? {} : { required: '' }),
    });
    const fields = [
      text(texts.storeName, 'name', name, '200'),
      text(texts.street, 'street', address.street, '200'),
      postalCode,
      text(texts.city, 'city', address.city, '100'),
      text(texts.timeZone, 'timeZone', timeZone, '60'),
    ];
    return form(texts.details, fields, {
      text: texts.saveDetails,
      onSubmit: ({ postalCode: code, ...values }) =>
        this.#change(store, { ...values, ...(code ? { postalCode: code } : {}) }),
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
    const { inclusive, rounding, rates } = store.taxRegime;
    const select = (label: string, key: string, options: Readonly<Record<string, string>>, value: string) => {
      const made = choice(label, key, options);
      made.querySelector('select')!.value = value;
      return made;
    };
    const fields = [
      select(texts.pricesAre, 'inclusive', texts.inclusive, String(inclusive)),
      select(texts.rounded, 'rounding', texts.roundings, rounding),
      ...rates.map((rate, index) =>
        field(texts.rate(rate.taxClass, texts.services[rate.service]), {
          name: `rate-${index}`,
          inputmode: 'decimal',
          required: '',
          value: percent(rate.basisPoints),
        }),
      ),
    ];
    return form(texts.taxes, fields, {
      text: texts.saveTaxes,
      onSubmit: async (values) => {
        const read = rates.map((rate, index) => ({
          ...rate,
          basisPoints: readPercent(values[`rate-${index}`] ?? '') ?? -1,
        }));
        if (read.some(({ basisPoints }) => basisPoints < 0)) return this.#desk.tell(texts.badRate, true);
        await this.#change(store, {
          taxRegime: {
            inclusive: values['inclusive'] === 'true',
            rounding: values['rounding'] as typeof rounding,
            rates: read,
          },
        });
      },
    });
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
