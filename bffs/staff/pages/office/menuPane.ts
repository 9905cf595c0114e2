import changeMenuItemPrice from '../../operations/changeMenuItemPrice.graphql';
import menuAvailabilityChanged from '../../operations/menuAvailabilityChanged.graphql';
import setMenuItemAvailability from '../../operations/setMenuItemAvailability.graphql';
import setMenuItemImage from '../../operations/setMenuItemImage.graphql';
import storeMenu from '../../operations/storeMenu.graphql';
import type {
  ChangeMenuItemPriceMutationVariables,
  MenuAvailabilityChangedSubscription,
  MenuAvailabilityChangedSubscriptionVariables,
  SetMenuItemAvailabilityMutationVariables,
  SetMenuItemImageMutationVariables,
  StoreMenuQuery,
  StoreMenuQueryVariables,
} from '#generated/bffs/staff/operations.ts';
import { element } from '../pageFrame.ts';
import type { Desk } from './desk.ts';
import { Drafts } from './drafts.ts';
import { officeTexts as texts } from './officeTexts.ts';
import { button, choice, field, nothing, replaceIfNew, type Pane } from './pane.ts';
import { amountText, money, readAmount } from './money.ts';
import { choosePicture } from './smallPicture.ts';

type Store = NonNullable<StoreMenuQuery['store']>;
type Entry = NonNullable<Store['menu']>['sections'][number]['entries']['edges'][number]['node'];
type Offered = NonNullable<MenuAvailabilityChangedSubscription['menuAvailabilityChanged']>['changed'][number];

/** The menu of the store: what is sold out, what it costs, and the drafts of those who may edit it. */
export class MenuPane implements Pane {
  readonly id = 'menu';
  readonly root = element('section', { 'aria-label': texts.panes.menu });
  readonly #desk: Desk;
  readonly #list = element('div', { class: 'pane-part', id: 'menu' });
  readonly #drafts: Drafts | undefined;
  #store: Store | undefined;
  /** What the stream has sent, by item. It is newer than what was read with the menu. */
  #offered = new Map<string, Offered>();

  constructor(desk: Desk) {
    this.#desk = desk;
    this.#drafts = desk.session.member.may('admin') ? new Drafts(desk, () => this.open()) : undefined;
    this.root.append(...(this.#drafts ? [this.#drafts.root] : []), this.#list);
  }

  async open(): Promise<void> {
    const variables: StoreMenuQueryVariables = {
      storeId: this.#desk.session.member.store.id,
      locale: texts.locale,
    };
    const [data] = await Promise.all([this.#desk.read<StoreMenuQuery>(storeMenu, variables), this.#drafts?.open()]);
    this.#store = data?.store ?? this.#store;
    this.#show();
  }

  /** Follows which items can be ordered, and calls `onSoldOut` with the names of those that cannot. */
  follow(onSoldOut: (names: readonly string[]) => void): Promise<void> {
    const variables: MenuAvailabilityChangedSubscriptionVariables = {
      storeId: this.#desk.session.member.store.id,
      locale: texts.locale,
    };
    return this.#desk.session.follow<MenuAvailabilityChangedSubscription>(
      menuAvailabilityChanged,
      { ...variables },
      ({ menuAvailabilityChanged: changes }) => {
        if (!changes) return;
        if (changes.reset) this.#offered = new Map();
        for (const each of changes.changed) this.#offered.set(each.itemId, each);
        for (const itemId of changes.removed) this.#offered.delete(itemId);
        onSoldOut([...this.#offered.values()].filter(({ available }) => !available).map(({ item }) => item.name));
        this.#show();
      },
    );
  }

  #show(): void {
    if (!this.#store) return;
    const { menu } = this.#store;
    const parts = (menu?.sections ?? []).flatMap(({ category, entries }) => [
      element('h2', {}, category.name),
      element('ul', { class: 'rows' }, ...entries.edges.map(({ node }) => this.#row(node))),
    ]);
    const focused = (document.activeElement as HTMLElement | null)?.dataset['item'];
    replaceIfNew(this.#list, parts.length > 0 ? parts : [nothing(texts.noMenu)]);
    if (focused !== undefined) this.#list.querySelector<HTMLElement>(`button[data-item="${focused}"]`)?.focus();
  }

  #row(entry: Entry): HTMLElement {
    const { item, price } = entry;
    const { available, unavailableReason } = this.#offered.get(item.id) ?? entry;
    const withdrawn = unavailableReason === 'WITHDRAWN_BY_STAFF';
    const state = available ? '' : withdrawn ? texts.withdrawn : texts.outOfStock;
    return element(
      'li',
      {},
      element('span', { class: 'name' }, item.name),
      element('span', { class: 'bad' }, state),
      element('span', { class: 'figure' }, money(price, texts.language)),
      button(withdrawn ? texts.putBack : texts.soldOut, () => this.#offer(entry, withdrawn), {
        'data-item': item.id,
        'aria-label': withdrawn ? texts.putBackOf(item.name) : texts.soldOutOf(item.name),
      }),
      ...(this.#desk.session.member.may('admin')
        ? [
            button(texts.price, () => this.#setPrice(entry), { 'aria-label': texts.priceOf(item.name) }),
            button(item.image ? texts.newPicture : texts.picture, () => this.#setPicture(entry), {
              'aria-label': texts.pictureOf(item.name),
            }),
          ]
        : []),
    );
  }

  async #offer({ item }: Entry, available: boolean): Promise<void> {
    const storeId = this.#desk.session.member.store.id;
    await this.#desk.change(
      setMenuItemAvailability,
      (idempotencyKey): SetMenuItemAvailabilityMutationVariables => ({
        input: { idempotencyKey, storeId, menuItemId: item.id, available },
      }),
      available ? texts.isBack(item.name) : texts.isSoldOut(item.name),
    );
    await this.open();
  }

  async #setPicture({ item: { id: menuItemId, version: expectedVersion, name } }: Entry): Promise<void> {
    const image = await choosePicture();
    if (image === undefined) return;
    if (image === null) return this.#desk.tell(texts.noPicture, true);
    await this.#desk.change(
      setMenuItemImage,
      (idempotencyKey): SetMenuItemImageMutationVariables => ({
        input: { idempotencyKey, menuItemId, expectedVersion, image },
      }),
      texts.pictureSet(name),
    );
    await this.open();
  }

  async #setPrice({ item, price }: Entry): Promise<void> {
    const { id: storeId } = this.#desk.session.member.store;
    const { country } = this.#store!.address;
    const values = await this.#desk.ask(texts.priceOf(item.name), texts.setPrice, [
      field(`${texts.price} (${price.currency})`, {
        name: 'amount',
        inputmode: 'decimal',
        required: '',
        value: amountText(price.amount, price.exponent),
      }),
      choice(texts.where, 'where', { store: texts.thisStore, country: texts.wholeCountry(country) }),
      choice(texts.when, 'draftId', { '': texts.atOnce, ...this.#drafts?.choices() }),
    ]);
    if (!values) return;
    const amount = readAmount(values['amount'] ?? '', price.exponent);
    if (amount === undefined) return this.#desk.tell(texts.noAmount, true);
    const draftId = values['draftId'] || undefined;
    await this.#desk.change(
      changeMenuItemPrice,
      (idempotencyKey): ChangeMenuItemPriceMutationVariables => ({
        input: {
          idempotencyKey,
          menuItemId: item.id,
          amount,
          ...(values['where'] === 'country' ? { country } : { storeId }),
          ...(draftId === undefined ? {} : { draftId }),
        },
      }),
      draftId === undefined ? texts.priceSet(item.name) : texts.drafted,
    );
    await this.open();
  }
}
