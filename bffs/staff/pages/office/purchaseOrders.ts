import receivePurchaseOrder from '../../operations/receivePurchaseOrder.graphql';
import storePurchaseOrders from '../../operations/storePurchaseOrders.graphql';
import type {
  ReceivePurchaseOrderMutationVariables,
  StorePurchaseOrdersQuery,
  StorePurchaseOrdersQueryVariables,
} from '#generated/bffs/staff/operations.ts';
import { element } from '../pageFrame.ts';
import type { Desk } from './desk.ts';
import { officeTexts as texts } from './officeTexts.ts';
import { button, field, replaceIfNew } from './pane.ts';

type Order = NonNullable<StorePurchaseOrdersQuery['purchaseOrders']>['edges'][number]['node'];
type Recall = NonNullable<StorePurchaseOrdersQuery['recalls']>['edges'][number]['node'];

/** What is expected of an ingredient: what the supplier says it has sent, or else what was ordered. */
export const expectedOf = (
  order: Pick<Order, 'notices'>,
  line: Pick<Order['lines'][number], 'ordered' | 'notified'>,
) => (order.notices.length > 0 ? (line.notified ?? 0) : line.ordered);

/** The orders of the store to its supplier, which staff count when they come, and what the supplier has recalled. */
export class PurchaseOrders {
  readonly root = element('div', {});
  readonly #desk: Desk;
  /** Whoever counts has changed the stock. */
  readonly #onReceived: () => Promise<void>;

  constructor(desk: Desk, onReceived: () => Promise<void>) {
    this.#desk = desk;
    this.#onReceived = onReceived;
  }

  async open(): Promise<void> {
    const data = await this.#desk.read<StorePurchaseOrdersQuery>(storePurchaseOrders, {
      storeId: this.#desk.session.member.store.id,
      locale: texts.locale,
    } satisfies StorePurchaseOrdersQueryVariables);
    if (!data) return;
    const orders = data.purchaseOrders?.edges.map(({ node }) => this.#row(node)) ?? [];
    const recalls = data.recalls?.edges.map(({ node }) => recallRow(node)) ?? [];
    replaceIfNew(this.root, [
      ...(recalls.length > 0 ? [element('h2', {}, texts.recalls), element('ul', { class: 'rows' }, ...recalls)] : []),
      ...(orders.length > 0
        ? [element('h2', {}, texts.purchaseOrders), element('ul', { class: 'rows', id: 'purchase-orders' }, ...orders)]
        : []),
    ]);
  }

  #row(order: Order): HTMLElement {
    const { status, supplierNumber, lines, differences, reason, closedAt } = order;
    const what = lines
      .map((line) => texts.quantityOf(line.ingredient.name, expectedOf(order, line), texts.units[line.ingredient.unit]))
      .join(', ');
    const told = differences.map(({ ingredient, kind, quantity }) =>
      element(
        'p',
        { class: 'quiet' },
        texts.differences[kind](texts.quantityOf(ingredient.name, quantity, texts.units[ingredient.unit])),
      ),
    );
    return element(
      'li',
      {},
      element(
        'span',
        { class: 'name' },
        [supplierNumber, texts.purchaseStatuses[status], reason].filter(Boolean).join(' · '),
      ),
      element('span', { class: 'figure' }, what),
      ...(closedAt === null || closedAt === undefined
        ? [button(texts.receive, () => this.#receive(order), { 'aria-label': texts.receiveOf(supplierNumber ?? what) })]
        : []),
      ...told,
    );
  }

  async #receive(order: Order): Promise<void> {
    const values = await this.#desk.ask(
      texts.receiveOf(order.supplierNumber ?? texts.purchaseOrder),
      texts.receive,
      order.lines.map((line) =>
        field(`${line.ingredient.name} (${texts.units[line.ingredient.unit]})`, {
          name: line.ingredient.id,
          type: 'number',
          inputmode: 'numeric',
          step: '1',
          min: '0',
          max: '10000000',
          required: '',
          value: String(expectedOf(order, line)),
        }),
      ),
    );
    if (!values) return;
    const lines = order.lines.map(({ ingredient: { id } }) => ({ ingredientId: id, quantity: Number(values[id]) }));
    await this.#desk.change(
      receivePurchaseOrder,
      (idempotencyKey): ReceivePurchaseOrderMutationVariables => ({
        input: { idempotencyKey, purchaseOrderId: order.id, lines, complete: true },
      }),
      texts.purchaseReceived,
    );
    await this.#onReceived();
  }
}

const recallRow = ({ ingredient, taken, reason }: Recall): HTMLElement =>
  element(
    'li',
    {},
    element('span', { class: 'name' }, ingredient.name),
    element('span', { class: 'figure bad' }, texts.putAside(taken, texts.units[ingredient.unit])),
    element('span', { class: 'quiet' }, reason),
  );
