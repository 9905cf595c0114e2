import { element } from '#bffs/pages/element.ts';
import { maxLines, maxQuantity, missing, unitPrice, withQuantity, type Entry, type Line } from './basket.ts';
import { entryOf } from './keptMenu.ts';
import { named, priceOf, sumOf, type Screen } from './screen.ts';
import { counter, touch } from './touchParts.ts';

/** Whether every line can be ordered, as far as this device knows. */
const isOrderable = ({ guest, device }: Screen): boolean =>
  guest.lines.length > 0 &&
  guest.lines.length <= maxLines &&
  guest.lines.every((line) => {
    const entry = entryOf(device.menu, line.itemId);
    return entry !== undefined && entry.available && missing(entry, line).length === 0;
  });

export function basketView(screen: Screen): Node[] {
  const { guest, device, texts, change, goToPay } = screen;
  const mayPay = isOrderable(screen) && !device.isCutOff;
  return [
    element(
      'div',
      { class: 'sheet', 'data-scroll': 'basket', tabindex: '0' },
      element('h2', {}, texts.basket),
      ...(guest.problem ? [element('p', { class: 'problem', role: 'alert' }, guest.problem)] : []),
      ...(guest.lines.length === 0 ? [element('p', {}, texts.emptyBasket)] : []),
      element('ul', {}, ...guest.lines.map((line, at) => lineItem(screen, line, at))),
      element(
        'p',
        { class: 'total' },
        `${texts.total} `,
        element('strong', { id: 'total' }, priceOf(screen, guest.toldTotal ?? sumOf(screen))),
        ...(device.store?.taxRegime.inclusive === false && guest.toldTotal === undefined
          ? [element('span', { class: 'quiet' }, ` ${texts.plusTax}`)]
          : []),
      ),
      ...(device.isCutOff ? [element('p', { class: 'problem' }, texts.payCutOff)] : []),
    ),
    element(
      'div',
      { class: 'bar' },
      touch(texts.back, () => change({ view: 'menu', problem: undefined }), { id: 'back' }),
      touch(texts.goToPay, goToPay, {
        class: 'primary',
        id: 'pay',
        ...(!mayPay && { disabled: '' }),
      }),
    ),
  ];
}

function lineItem(screen: Screen, line: Line, at: number): HTMLElement {
  const { guest, device, texts, change } = screen;
  const entry = entryOf(device.menu, line.itemId);
  const name = entry ? named(screen, entry.item) : '?';
  const isGone = !entry || !entry.available || missing(entry, line).length > 0;
  return element(
    'li',
    {},
    element(
      'div',
      { class: 'what' },
      element('strong', {}, name),
      element('span', { class: 'quiet' }, entry ? chosen(screen, entry, line) : ''),
      ...(isGone ? [element('span', { class: 'problem' }, texts.notAvailableAnyMore)] : []),
    ),
    counter({
      count: line.quantity,
      more: texts.more(name),
      fewer: texts.fewer(name),
      mayGrow: line.quantity < maxQuantity,
      id: `line-${at}`,
      onChange: (by) => change({ lines: withQuantity(guest.lines, at, line.quantity + by), toldTotal: undefined }),
    }),
    element('span', { class: 'price' }, entry ? priceOf(screen, unitPrice(entry, line) * line.quantity) : ''),
  );
}

/** What was chosen of an item, in words. */
function chosen(screen: Screen, entry: Entry, line: Line): string {
  const size = entry.sizes.find(({ size: { id } }) => id === line.sizeId)?.size;
  const fillings = entry.slots.flatMap(({ slot, choices }) =>
    choices.filter(({ item }) => item.id === line.slots[slot.id]).map(({ item }) => named(screen, item)),
  );
  const extras = entry.modifierGroups
    .flatMap(({ modifiers }) => modifiers)
    .flatMap(({ modifier }) => {
      const count = line.modifiers[modifier.id];
      return count ? [`${count > 1 ? `${count} × ` : ''}${named(screen, modifier)}`] : [];
    });
  return [...(size ? [named(screen, size)] : []), ...fillings, ...extras].join(', ');
}
