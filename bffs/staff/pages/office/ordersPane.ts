import cancelOrder from '../../operations/cancelOrder.graphql';
import findOrders from '../../operations/findOrders.graphql';
import orderDetails from '../../operations/orderDetails.graphql';
import refundPayment from '../../operations/refundPayment.graphql';
import type {
  CancelOrderMutationVariables,
  FindOrdersQuery,
  FindOrdersQueryVariables,
  OrderDetailsQuery,
  OrderDetailsQueryVariables,
  RefundPaymentMutationVariables,
} from '#generated/bffs/staff/operations.ts';
import { element } from '../pageFrame.ts';
import { succeeded, type Desk } from './desk.ts';
import { officeTexts as texts } from './officeTexts.ts';
import { orderParts } from './orderParts.ts';
import { button, field, form, nothing, replaceIfNew, type Pane } from './pane.ts';
import { leftOf, mayCancel, mayRefund, type OrderDetails } from './orders.ts';
import { instantText } from './instants.ts';
import { amountText, money, readAmount } from './money.ts';

type Found = NonNullable<NonNullable<FindOrdersQuery['store']>['orders']>;

const pageSize = 20;

/** The orders of the store: a list with a search, and the details of one order, which can be cancelled and refunded. */
export class OrdersPane implements Pane {
  readonly id = 'orders';
  readonly root = element('section', { 'aria-label': texts.panes.orders });
  readonly #desk: Desk;
  readonly #list = element('ul', { class: 'rows', id: 'orders' });
  readonly #more = element('div');
  readonly #detail = element('section', { id: 'order', 'aria-live': 'polite' });
  #filter: { readonly number?: number; readonly date?: string } = {};
  #shown: Found['edges'] = [];
  #orderId: string | undefined;

  constructor(desk: Desk) {
    this.#desk = desk;
    const search = form(
      texts.search,
      [
        field(texts.number, { name: 'number', type: 'number', min: '1', inputmode: 'numeric' }),
        field(texts.day, { name: 'date', type: 'date' }),
      ],
      {
        text: texts.search,
        onSubmit: async ({ number, date }) => {
          this.#filter = { ...(number ? { number: Number(number) } : {}), ...(date ? { date } : {}) };
          await this.open();
        },
      },
    );
    this.root.append(search, this.#detail, this.#list, this.#more);
  }

  async open(): Promise<void> {
    const found = await this.#find();
    if (!found) return;
    this.#shown = found.edges;
    this.#show(found);
    await this.#showOrder();
  }

  changed(): Promise<void> {
    // If the person has loaded more pages of the list, they are kept.
    return this.#shown.length > pageSize ? this.#showOrder() : this.open();
  }

  #time(at: Date): string {
    return instantText(at, this.#desk.session.member.store.timeZone, texts.language);
  }

  async #find(after?: string): Promise<Found | undefined> {
    const storeId = this.#desk.session.member.store.id;
    const data = await this.#desk.read<FindOrdersQuery>(findOrders, {
      storeId,
      ...this.#filter,
      ...(after === undefined ? {} : { after }),
    } satisfies FindOrdersQueryVariables);
    return data?.store?.orders ?? undefined;
  }

  #show({ pageInfo }: Found): void {
    const rows = this.#shown.map(({ node }) => {
      const open = button(String(node.number), () => this.#turnTo(node.id), { 'aria-label': texts.open(node.number) });
      return element(
        'li',
        { 'data-order': node.id },
        open,
        element('span', { class: 'name' }, `${texts.services[node.service]}, ${texts.statuses[node.status]}`),
        element('span', {}, this.#time(new Date(node.placedAt))),
        element('span', { class: 'figure' }, money(node.total, texts.language)),
      );
    });
    replaceIfNew(this.#list, rows.length > 0 ? rows : [nothing(texts.noOrders)]);
    const more = async (): Promise<void> => {
      const next = await this.#find(pageInfo.endCursor!);
      if (!next) return;
      this.#shown = [...this.#shown, ...next.edges];
      this.#show(next);
    };
    this.#more.replaceChildren(...(pageInfo.hasNextPage ? [button(texts.more, more)] : []));
  }

  async #turnTo(orderId: string): Promise<void> {
    this.#orderId = orderId;
    await this.#showOrder();
    this.#detail.querySelector('h2')?.focus();
    this.#detail.scrollIntoView({ block: 'nearest' });
  }

  async #showOrder(): Promise<void> {
    const orderId = this.#orderId;
    if (orderId === undefined) return;
    const data = await this.#desk.read<OrderDetailsQuery>(orderDetails, {
      orderId,
      locale: texts.locale,
      menuLocale: texts.locale,
    } satisfies OrderDetailsQueryVariables);
    const order = data?.order;
    if (!order || orderId !== this.#orderId) return;
    const { member } = this.#desk.session;
    const actions = [
      ...(mayCancel(order, member) ? [button(texts.cancel, () => this.#cancel(order.id, order.number))] : []),
      ...(mayRefund(order, member) ? [button(texts.refund, () => this.#refund(order))] : []),
    ];
    replaceIfNew(this.#detail, [
      ...orderParts(order, (at) => this.#time(at)),
      element('div', { class: 'actions' }, ...actions),
    ]);
  }

  async #cancel(orderId: string, number: number): Promise<void> {
    if (!(await this.#desk.isSure(texts.cancelTitle(number), texts.cancel))) return;
    const variables: CancelOrderMutationVariables = { orderId };
    await this.#desk.change(cancelOrder, () => variables, texts.cancelled(number));
    await this.open();
  }

  async #refund({ id: orderId, number, payment }: OrderDetails): Promise<void> {
    const { currency, exponent, amount: left } = leftOf(payment!);
    const values = await this.#desk.ask(texts.refundTitle(number), texts.refund, [
      field(`${texts.refundAmount} (${currency})`, {
        name: 'amount',
        inputmode: 'decimal',
        required: '',
        value: amountText(left, exponent),
      }),
    ]);
    if (!values) return;
    const amount = readAmount(values['amount'] ?? '', exponent);
    if (amount === undefined) return this.#desk.tell(texts.noAmount, true);
    const result = await this.#desk.change(
      refundPayment,
      (idempotencyKey): RefundPaymentMutationVariables => ({ input: { orderId, amount, idempotencyKey } }),
      texts.refunded(number, money({ amount, currency, exponent }, texts.language)),
    );
    if (result && !succeeded(result)) return;
    await this.open();
  }
}
