import adjustStock from '../../operations/adjustStock.graphql';
import receiveStock from '../../operations/receiveStock.graphql';
import setReorderLevel from '../../operations/setReorderLevel.graphql';
import stockItem from '../../operations/stockItem.graphql';
import storeStock from '../../operations/storeStock.graphql';
import type {
  AdjustStockMutationVariables,
  ReceiveStockMutationVariables,
  SetReorderLevelMutationVariables,
  StockAdjustmentReason,
  StockItemQuery,
  StockItemQueryVariables,
  StoreStockQuery,
  StoreStockQueryVariables,
} from '#generated/bffs/staff/operations.ts';
import { element } from '../pageFrame.ts';
import type { Desk } from './desk.ts';
import { officeTexts as texts } from './officeTexts.ts';
import { button, choice, field, nothing, replaceIfNew, type Pane } from './pane.ts';
import { PurchaseOrders } from './purchaseOrders.ts';
import { difference, onTheShelf, type StockItem } from './stock.ts';

type Page = NonNullable<NonNullable<StoreStockQuery['store']>['stock']>;

/** The stock of the store: how much there is, orders to the supplier, deliveries of goods, and corrections. */
export class StockPane implements Pane {
  readonly id = 'stock';
  readonly root = element('section', { 'aria-label': texts.panes.stock });
  readonly #desk: Desk;
  readonly #list = element('ul', { class: 'rows', id: 'stock' });

  readonly #orders: PurchaseOrders;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.#orders = new PurchaseOrders(desk, () => this.open());
    this.root.append(this.#orders.root, element('p', { class: 'quiet' }, texts.stockHint), this.#list);
  }

  async open(): Promise<void> {
    await Promise.all([this.#orders.open(), this.#readStock()]);
  }

  async #readStock(): Promise<void> {
    const items: StockItem[] = [];
    for (let after: string | null = null; ;) {
      const page: Page | undefined = await this.#page(after);
      if (!page) return;
      items.push(...page.edges.map(({ node }) => node));
      after = page.pageInfo.endCursor ?? null;
      if (!page.pageInfo.hasNextPage) break;
    }
    const rows = items.map((item) => this.#row(item));
    replaceIfNew(this.#list, rows.length > 0 ? rows : [nothing(texts.noStock)]);
  }

  changed(): Promise<void> {
    return this.open();
  }

  async #page(after: string | null): Promise<Page | undefined> {
    const data = await this.#desk.read<StoreStockQuery>(storeStock, {
      storeId: this.#desk.session.member.store.id,
      after,
      locale: texts.locale,
    } satisfies StoreStockQueryVariables);
    return data?.store?.stock ?? undefined;
  }

  #row(item: StockItem): HTMLElement {
    const { ingredient, onHand, reserved, low } = item;
    const unit = texts.units[ingredient.unit];
    return element(
      'li',
      {},
      element('span', { class: 'name' }, ingredient.name),
      element('span', { class: low ? 'figure bad' : 'figure' }, texts.free(onHand, reserved, unit)),
      button(texts.receive, () => this.#receive(item), { 'aria-label': texts.receiveOf(ingredient.name) }),
      button(texts.correct, () => this.#correct(item), { 'aria-label': texts.correctOf(ingredient.name) }),
      button(texts.reorder(item.reorderLevel, unit), () => this.#reorder(item), {
        'aria-label': `${ingredient.name}: ${texts.reorder(item.reorderLevel, unit)}`,
      }),
    );
  }

  async #receive({ ingredient }: StockItem): Promise<void> {
    const storeId = this.#desk.session.member.store.id;
    const values = await this.#desk.ask(texts.receiveOf(ingredient.name), texts.receive, [
      field(`${texts.amount} (${texts.units[ingredient.unit]})`, amountField('1')),
    ]);
    if (!values) return;
    const quantity = Number(values['amount']);
    await this.#desk.change(
      receiveStock,
      (idempotencyKey): ReceiveStockMutationVariables => ({
        input: { idempotencyKey, storeId, lines: [{ ingredientId: ingredient.id, quantity }] },
      }),
      texts.received(ingredient.name),
    );
    await this.open();
  }

  async #reorder({ ingredient, reorderLevel, version: expectedVersion }: StockItem): Promise<void> {
    const storeId = this.#desk.session.member.store.id;
    const values = await this.#desk.ask(texts.reorderOf(ingredient.name), texts.save, [
      field(`${texts.amount} (${texts.units[ingredient.unit]})`, {
        ...amountField('0'),
        max: '1000000000',
        value: String(reorderLevel),
      }),
    ]);
    if (!values) return;
    const level = Number(values['amount']);
    await this.#desk.change(
      setReorderLevel,
      (idempotencyKey): SetReorderLevelMutationVariables => ({
        input: { idempotencyKey, storeId, ingredientId: ingredient.id, expectedVersion, reorderLevel: level },
      }),
      texts.saved,
    );
    await this.open();
  }

  async #correct({ ingredient }: StockItem): Promise<void> {
    const storeId = this.#desk.session.member.store.id;
    const values = await this.#desk.ask(texts.correctOf(ingredient.name), texts.correct, [
      choice(texts.why, 'reason', texts.reasons),
      field(`${texts.amountBy} (${texts.units[ingredient.unit]})`, amountField('0')),
    ]);
    if (!values) return;
    // As it is now: orders go on while somebody counts.
    const data = await this.#desk.read<StockItemQuery>(stockItem, {
      storeId,
      ingredientId: ingredient.id,
    } satisfies StockItemQueryVariables);
    if (!data?.stockItem) return;
    const reason = values['reason'] as StockAdjustmentReason;
    const quantity = difference(data.stockItem, reason, Number(values['amount']));
    if (quantity === 0) return this.#desk.tell(texts.noDifference(onTheShelf(data.stockItem)));
    await this.#desk.change(
      adjustStock,
      (idempotencyKey): AdjustStockMutationVariables => ({
        input: { idempotencyKey, storeId, ingredientId: ingredient.id, quantity, reason },
      }),
      texts.corrected(ingredient.name, quantity),
    );
    await this.open();
  }
}

const amountField = (min: string): Record<string, string> => ({
  name: 'amount',
  type: 'number',
  inputmode: 'numeric',
  step: '1',
  min,
  max: '10000000',
  required: '',
});
