import { element } from '#bffs/pages/element.ts';
import { priceOf, sumOf, type Screen } from './screen.ts';
import { touch } from './touchParts.ts';

/** The amount, and the ways to pay it. */
export function payView(screen: Screen): Node[] {
  const { guest, device, texts, methods, change, pay } = screen;
  const title = texts.payTitle(priceOf(screen, guest.toldTotal ?? sumOf(screen)));
  return [
    element(
      'div',
      { class: 'sheet pay' },
      element('h2', { id: 'to-pay' }, title),
      ...(guest.problem ? [element('p', { class: 'problem', role: 'alert' }, guest.problem)] : []),
      ...(device.isCutOff ? [element('p', { class: 'problem' }, texts.payCutOff)] : []),
      ...(methods.length === 0 ? [element('p', { class: 'problem' }, texts.noTerminal)] : []),
      ...methods.map((method) =>
        touch(method.playMoney ? texts.playMoney[method.playMoney] : texts.payCard, () => pay(method), {
          class: 'primary',
          id: `pay-${method.playMoney ?? 'terminal'}`,
          ...(device.isCutOff && { disabled: '' }),
        }),
      ),
    ),
    element(
      'div',
      { class: 'bar' },
      touch(texts.back, () => change({ view: 'basket', problem: undefined }), { id: 'back' }),
    ),
  ];
}

export const terminalView = ({ texts }: Screen): Node[] => [
  element('div', { class: 'sheet pay' }, element('h2', {}, texts.atTerminal)),
];

/** The order is on its way, and nobody has answered yet. */
export function sendingView({ device, texts, giveUp }: Screen): Node[] {
  const explained = [element('p', {}, texts.sendingCutOff), touch(texts.giveUp, giveUp, { id: 'give-up' })];
  return [
    element(
      'div',
      { class: 'sheet pay', role: 'status' },
      element('h2', {}, texts.sending),
      ...(device.isCutOff || device.isUnanswered ? explained : []),
    ),
  ];
}

const cancellable: readonly string[] = ['PLACED', 'CONFIRMED'];
const failed: readonly string[] = ['REJECTED', 'CANCELLED'];

/** The number, and how far the order has come. */
export function placedView({ guest, device, texts, change, cancelOrder, startOver }: Screen): Node[] {
  const { order } = guest;
  if (!order) return [];
  const status = (order.reason && texts.reasons[order.reason]) ?? texts.statuses[order.status];
  return [
    element(
      'div',
      { class: 'sheet pay placed', 'data-status': order.status },
      element('p', {}, texts.yourNumber),
      element('p', { id: 'number' }, String(order.number)),
      element('h2', {}, element('span', { id: 'order-status', role: 'status' }, status)),
      ...(device.isCutOff ? [element('p', { class: 'problem' }, texts.statusCutOff)] : []),
      ...(guest.problem ? [element('p', { class: 'problem', role: 'alert' }, guest.problem)] : []),
    ),
    element(
      'div',
      { class: 'bar' },
      ...(cancellable.includes(order.status) && !device.isCutOff
        ? [touch(texts.cancel, cancelOrder, { id: 'cancel' })]
        : []),
      ...(failed.includes(order.status)
        ? [
            touch(texts.orderAgain, () => change({ view: 'basket', order: undefined, problem: undefined }), {
              id: 'again',
            }),
          ]
        : []),
      touch(texts.done, startOver, { class: 'primary', id: 'done' }),
    ),
  ];
}
