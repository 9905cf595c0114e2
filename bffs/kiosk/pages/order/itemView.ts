import { element } from '#bffs/pages/element.ts';
import {
  allergensOf,
  maxQuantity,
  mayAdd,
  missing,
  unitPrice,
  withLine,
  withModifier,
  type Entry,
  type Line,
} from './basket.ts';
import { entryOf } from './keptMenu.ts';
import { allergenList } from './menuView.ts';
import { named, priceOf, type Screen } from './screen.ts';
import { choice, counter, touch } from './touchParts.ts';

/** One item with all that can be chosen for it. */
export function itemView(screen: Screen): Node[] {
  const { guest, device, texts, change } = screen;
  const { line } = guest;
  const entry = line && entryOf(device.menu, line.itemId);
  if (!entry)
    return [
      element(
        'div',
        { class: 'bar' },
        touch(texts.back, () => change({ view: 'menu' })),
      ),
    ];
  const lacking = missing(entry, line);
  const isOrderable = lacking.length === 0 && entry.available;
  const add = (): void =>
    change({ view: 'menu', line: undefined, lines: withLine(guest.lines, line), toldTotal: undefined });
  const { item } = entry;
  const allergens = allergensOf(entry, line);
  return [
    element(
      'div',
      { class: 'sheet', 'data-scroll': `item-${item.id}`, tabindex: '0' },
      element('h2', {}, named(screen, item)),
      element('p', {}, texts.language === 'de' ? item.aboutDe : item.aboutEn),
      ...(item.kilocalories === null ? [] : [element('p', { class: 'quiet' }, texts.kilocalories(item.kilocalories))]),
      ...sizes(screen, entry, line),
      ...slots(screen, entry, line, lacking),
      ...groups(screen, entry, line, lacking),
      element(
        'p',
        { id: 'item-allergens' },
        element('strong', {}, texts.allergensOfThis),
        ` ${allergens.length > 0 ? allergenList(screen, allergens) : texts.noAllergens}`,
      ),
    ),
    element(
      'div',
      { class: 'bar' },
      touch(texts.back, () => change({ view: 'menu', line: undefined }), { id: 'back' }),
      counter({
        count: line.quantity,
        more: texts.more(named(screen, item)),
        fewer: texts.fewer(named(screen, item)),
        mayGrow: line.quantity < maxQuantity,
        id: 'quantity',
        onChange: (by) => change({ line: { ...line, quantity: Math.max(1, line.quantity + by) } }),
      }),
      touch(
        isOrderable ? texts.add(priceOf(screen, unitPrice(entry, line) * line.quantity)) : texts.stillToChoose,
        add,
        { class: 'primary', id: 'add', ...(!isOrderable && { disabled: '' }) },
      ),
    ),
  ];
}

const surcharge = (screen: Screen, amount: number): string =>
  amount === 0 ? '' : ` ${amount > 0 ? '+' : ''}${priceOf(screen, amount)}`;

const field = (title: string, note: string, isLacking: boolean, ...children: Node[]): HTMLElement =>
  element(
    'fieldset',
    isLacking ? { class: 'lacking' } : {},
    element('legend', {}, title, ' ', element('span', { class: 'quiet' }, note)),
    element('div', { class: 'choices' }, ...children),
  );

function sizes(screen: Screen, entry: Entry, line: Line): Node[] {
  if (entry.sizes.length === 0) return [];
  const offered = entry.sizes.map(({ size, price }) =>
    choice(
      `${named(screen, size)} · ${priceOf(screen, price.amount)}`,
      line.sizeId === size.id,
      () => screen.change({ line: { ...line, sizeId: size.id } }),
      { id: `size-${size.id}` },
    ),
  );
  return [field(screen.texts.size, '', false, ...offered)];
}

function slots(screen: Screen, entry: Entry, line: Line, lacking: readonly string[]): Node[] {
  const { texts, change } = screen;
  return entry.slots.map(({ slot, choices }) => {
    const { [slot.id]: chosen, ...others } = line.slots;
    const offered = choices.map((each) =>
      choice(
        `${named(screen, each.item)}${surcharge(screen, each.surcharge.amount)}${each.available ? '' : ` · ${texts.soldOut}`}`,
        chosen === each.item.id,
        () => change({ line: { ...line, slots: { ...others, [slot.id]: each.item.id } } }),
        { id: `slot-${slot.id}-${each.item.id}`, ...(!each.available && { disabled: '' }) },
      ),
    );
    const none = choice(texts.nothing, chosen === undefined, () => change({ line: { ...line, slots: others } }), {
      id: `slot-${slot.id}-none`,
    });
    return field(
      named(screen, slot),
      slot.required ? texts.required : '',
      lacking.includes(slot.id),
      ...offered,
      ...(slot.required ? [] : [none]),
    );
  });
}

function groups(screen: Screen, entry: Entry, line: Line, lacking: readonly string[]): Node[] {
  const { texts, change } = screen;
  return entry.modifierGroups.map(({ group, modifiers }) => {
    const offered = modifiers.map(({ modifier, surcharge: { amount } }) => {
      const name = named(screen, modifier);
      return element(
        'div',
        { class: 'extra' },
        element('span', {}, `${name}${surcharge(screen, amount)}`),
        counter({
          count: line.modifiers[modifier.id] ?? 0,
          more: texts.more(name),
          fewer: texts.fewer(name),
          mayGrow: mayAdd(entry, line, modifier.id),
          id: `extra-${modifier.id}`,
          onChange: (by) => change({ line: withModifier(entry, line, modifier.id, by) }),
        }),
      );
    });
    return field(named(screen, group), texts.choose(group.min, group.max), lacking.includes(group.id), ...offered);
  });
}
