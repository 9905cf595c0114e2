import { element } from '#bffs/pages/element.ts';
import type { Allergen } from '#generated/bffs/kiosk/operations.ts';
import { freshLine, type Entry } from './basket.ts';
import { named, priceOf, sumOf, type Screen } from './screen.ts';
import { choice, touch } from './touchParts.ts';

/** The categories, and the tiles of one of them. */
export function menuView(screen: Screen): Node[] {
  const { guest, device, texts, change } = screen;
  const sections = device.menu?.sections ?? [];
  const at = Math.max(
    0,
    sections.findIndex(({ id }) => id === guest.categoryId),
  );
  const section = sections[at];
  const categories = sections.map((each, index) =>
    choice(named(screen, each), index === at, () => change({ categoryId: each.id }), { id: `category-${each.id}` }),
  );
  return [
    element('nav', { 'aria-label': texts.categories, 'data-scroll': 'categories', tabindex: '0' }, ...categories),
    element(
      'section',
      { class: 'tiles', 'data-scroll': section?.id ?? '', tabindex: '0', 'aria-labelledby': 'section-name' },
      element('h2', { id: 'section-name' }, section ? named(screen, section) : ''),
      ...(section?.entries ?? []).map((entry) => tile(screen, entry, at, sections.length)),
    ),
    bar(screen),
  ];
}

function tile(screen: Screen, entry: Entry, at: number, of: number): HTMLButtonElement {
  const { guest, texts, change } = screen;
  const avoided = entry.item.allergens.filter((allergen) => guest.avoided.includes(allergen));
  const made = touch(
    [
      element('span', { class: 'picture', 'aria-hidden': 'true' }, named(screen, entry.item).slice(0, 1)),
      element('span', { class: 'name' }, named(screen, entry.item)),
      element('span', { class: 'price' }, priceOf(screen, entry.price.amount)),
      ...(entry.available ? [] : [element('span', { class: 'mark-out' }, texts.soldOut)]),
      ...(avoided.length > 0
        ? [element('span', { class: 'mark-avoid' }, texts.containsAvoided(allergenList(screen, avoided)))]
        : []),
    ],
    () => change({ view: 'item', line: freshLine(entry) }),
    { class: 'tile', id: `tile-${entry.item.id}`, ...(!entry.available && { disabled: '' }) },
  );
  // Each category has a colour of its own, since the page loads no pictures from elsewhere.
  made.style.setProperty('--hue', String(Math.round((at * 360) / Math.max(1, of))));
  return made;
}

function bar(screen: Screen): HTMLElement {
  const { guest, texts, change, startOver } = screen;
  const count = guest.lines.reduce((sum, { quantity }) => sum + quantity, 0);
  return element(
    'div',
    { class: 'bar' },
    touch(texts.startOver, startOver, { id: 'start-over' }),
    touch(texts.allergens, () => change({ view: 'allergens' }), { id: 'allergens' }),
    touch(texts.basketOf(count, priceOf(screen, sumOf(screen))), () => change({ view: 'basket', problem: undefined }), {
      class: 'primary',
      id: 'basket',
      ...(count === 0 && { disabled: '' }),
    }),
  );
}

export const allergenList = ({ texts }: Screen, allergens: readonly Allergen[]): string =>
  allergens.map((allergen) => texts.allergenNames[allergen]).join(', ');

/** Where a guest says what they avoid. */
export function allergensView(screen: Screen): Node[] {
  const { guest, texts, change } = screen;
  const all = Object.keys(texts.allergenNames) as Allergen[];
  const others = (allergen: Allergen): Allergen[] => guest.avoided.filter((each) => each !== allergen);
  return [
    element(
      'div',
      { class: 'sheet', 'data-scroll': 'allergens', tabindex: '0' },
      element('h2', {}, texts.allergens),
      element('p', {}, texts.avoid),
      element(
        'div',
        { class: 'choices' },
        ...all.map((allergen) => {
          const isChosen = guest.avoided.includes(allergen);
          const avoided = isChosen ? others(allergen) : [...guest.avoided, allergen];
          return choice(texts.allergenNames[allergen], isChosen, () => change({ avoided }), {
            id: `avoid-${allergen}`,
          });
        }),
      ),
    ),
    element(
      'div',
      { class: 'bar' },
      touch(texts.close, () => change({ view: 'menu' }), { class: 'primary', id: 'close' }),
    ),
  ];
}
