import { element } from '../pageFrame.ts';
import { officeTexts as texts } from './officeTexts.ts';
import type { OrderDetails } from './orders.ts';
import { money, type Amount } from './money.ts';

const fact = (name: string, value: string): HTMLElement[] => [element('dt', {}, name), element('dd', {}, value)];
const inWords = (amount: Amount): string => money(amount, texts.language);

/** Draws the details of an order: its lines, its timeline, its payment and its delivery. */
export function orderParts(order: OrderDetails, timeOf: (at: Date) => string): HTMLElement[] {
  const { payment, delivery } = order;
  return [
    element('h2', { tabindex: '-1' }, texts.orderTitle(order.number)),
    element(
      'dl',
      { class: 'facts' },
      ...fact(
        texts.status,
        `${texts.statuses[order.status]}${order.reason ? ` (${texts.orderReasons[order.reason]})` : ''}`,
      ),
      ...fact(texts.service, texts.services[order.service]),
      ...fact(texts.total, inWords(order.total)),
      ...(order.dueAt ? fact(texts.dueBy, timeOf(new Date(order.dueAt))) : []),
      ...(payment ? fact(texts.payment, paymentOf(payment)) : []),
      ...(delivery ? fact(texts.delivery, courierOf(delivery)) : []),
    ),
    element('ul', { class: 'rows lines' }, ...order.lines.map(lineOf)),
    element('h3', {}, texts.timeline),
    element(
      'ol',
      { class: 'rows timeline' },
      ...order.timeline.map(({ kind, status, reason, at }) =>
        element(
          'li',
          {},
          element('span', { class: 'figure' }, timeOf(new Date(at))),
          element(
            'span',
            { class: 'name' },
            `${kind === 'HANDED_OVER' ? texts.handedOver : texts.statuses[status]}${reason ? ` (${texts.orderReasons[reason]})` : ''}`,
          ),
        ),
      ),
    ),
  ];
}

function paymentOf({ status, refunded, failureReason }: NonNullable<OrderDetails['payment']>): string {
  const back = refunded.amount > 0 ? `, ${texts.paidBack(inWords(refunded))}` : '';
  return `${texts.payments[status]}${back}${failureReason ? ` (${failureReason})` : ''}`;
}

const courierOf = ({ status, courier }: NonNullable<OrderDetails['delivery']>): string =>
  `${texts.deliveries[status]}${courier?.displayName ? `, ${courier.displayName}` : ''}`;

function lineOf({ name, quantity, total, modifiers, slots }: OrderDetails['lines'][number]): HTMLElement {
  const more = [
    ...slots.flatMap(({ item }) => item?.name ?? []),
    ...modifiers.map((each) => `${each.quantity > 1 ? `${each.quantity} × ` : ''}${each.modifier?.name ?? '?'}`),
  ];
  return element(
    'li',
    {},
    element('span', { class: 'name' }, `${quantity} × ${name}${more.length > 0 ? ` (${more.join(', ')})` : ''}`),
    element('span', { class: 'figure' }, inWords(total)),
  );
}
