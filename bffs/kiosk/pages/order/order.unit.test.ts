import { describe, expect, it } from 'vitest';
import type { PlaceOrderInput } from '#generated/bffs/kiosk/operations.ts';
import {
  allergensOf,
  freshLine,
  mayAdd,
  missing,
  orderLines,
  unitPrice,
  withLine,
  withModifier,
  withQuantity,
  type Entry,
} from './basket.ts';
import { entryOf, withAvailability, type KeptMenu } from './keptMenu.ts';
import { OrderOutbox, type Outcome, type Placed } from './orderOutbox.ts';

const euros = (amount: number) => ({ amount, currency: 'EUR', exponent: 2 });
const names = (en: string) => ({ en, de: en });

/** A meal in two sizes, with a drink to choose, a side that leaves no choice, and one or two sauces. */
const meal: Entry = {
  id: 'store:meal',
  available: true,
  price: euros(900),
  item: {
    id: 'meal',
    kind: 'COMBO',
    ...names('Meal'),
    aboutEn: '',
    aboutDe: '',
    allergens: ['GLUTEN'],
    kilocalories: null,
  },
  sizes: [
    { size: { id: 'usual', isDefault: true, ...names('usual') }, price: euros(900) },
    { size: { id: 'large', isDefault: false, ...names('large') }, price: euros(1_100) },
  ],
  modifierGroups: [
    {
      group: { id: 'sauces', min: 1, max: 2, ...names('Sauces') },
      modifiers: [
        { modifier: { id: 'mayo', maxQuantity: 2, allergens: ['EGGS'], ...names('Mayo') }, surcharge: euros(50) },
        { modifier: { id: 'ketchup', maxQuantity: 1, allergens: [], ...names('Ketchup') }, surcharge: euros(0) },
      ],
    },
  ],
  slots: [
    {
      slot: { id: 'drink', required: true, ...names('Drink') },
      choices: [
        { item: { id: 'cola', allergens: [], ...names('Cola') }, surcharge: euros(0), available: true },
        { item: { id: 'shake', allergens: ['MILK'], ...names('Shake') }, surcharge: euros(120), available: true },
      ],
    },
    {
      slot: { id: 'side', required: true, ...names('Side') },
      choices: [{ item: { id: 'fries', allergens: [], ...names('Fries') }, surcharge: euros(0), available: true }],
    },
  ],
};

describe('the basket', () => {
  it('tells what is still to be chosen, what it costs as chosen, and what it contains', () => {
    const fresh = freshLine(meal);
    expect(fresh).toMatchObject({ sizeId: 'usual', slots: { side: 'fries' }, quantity: 1 });
    expect(missing(meal, fresh)).toEqual(['sauces', 'drink']);
    const chosen = withModifier(
      meal,
      { ...fresh, sizeId: 'large', slots: { ...fresh.slots, drink: 'shake' } },
      'mayo',
      1,
    );
    expect(missing(meal, chosen)).toEqual([]);
    expect(unitPrice(meal, chosen)).toBe(1_100 + 120 + 50);
    expect(allergensOf(meal, chosen)).toEqual(['EGGS', 'GLUTEN', 'MILK']);
  });

  it('lets nobody choose more than the extra and its group allow, or less than nothing', () => {
    const two = ['mayo', 'mayo', 'mayo', 'ketchup'].reduce(
      (line, each) => withModifier(meal, line, each, 1),
      freshLine(meal),
    );
    expect(two.modifiers).toEqual({ mayo: 2 });
    expect(mayAdd(meal, two, 'ketchup')).toBe(false);
    expect(withModifier(meal, freshLine(meal), 'mayo', -1).modifiers).toEqual({});
    expect(withModifier(meal, two, 'mayo', -1).modifiers).toEqual({ mayo: 1 });
  });

  it('counts the same choice together, another one apart, and sends what the graph takes', () => {
    const plain = freshLine(meal);
    const large = { ...plain, sizeId: 'large', quantity: 2 };
    const lines = [plain, large, plain].reduce<(typeof plain)[]>((all, line) => withLine(all, line), []);
    expect(lines.map(({ sizeId, quantity }) => [sizeId, quantity])).toEqual([
      ['usual', 2],
      ['large', 2],
    ]);
    expect(withQuantity(withQuantity(lines, 1, 0), 0, 100).map(({ quantity }) => quantity)).toEqual([99]);
    expect(orderLines(lines)[1]).toEqual({
      menuItemId: 'meal',
      quantity: 2,
      sizeId: 'large',
      modifiers: [],
      slots: [{ slotId: 'side', menuItemId: 'fries' }],
    });
  });

  it('learns what has sold out, also inside meals', () => {
    const menu = { sections: [{ id: 'meals', ...names('Meals'), entries: [meal] }] } as unknown as KeptMenu;
    const gone = withAvailability(menu, {
      version: 2,
      reset: false,
      changed: [{ itemId: 'shake', available: false, unavailableReason: 'OUT_OF_STOCK' }],
      removed: [],
    });
    const entry = entryOf(gone, 'meal')!;
    expect(entry.available).toBe(true);
    expect(missing(entry, { ...freshLine(meal), slots: { drink: 'shake' }, modifiers: { mayo: 1 } })).toEqual([
      'drink',
      'side',
    ]);
  });
});

describe('an order on its way', () => {
  const input = { idempotencyKey: 'key' } as PlaceOrderInput;
  const success = { __typename: 'PlaceOrderSuccess', order: { id: 'order' } } as Placed;

  /** A graph that answers as told, the device's storage, and what the page heard. */
  function stage(answers: Outcome<Placed>[], kept = new Map<string, string>()) {
    const sent: string[] = [];
    const heard: (Placed | 'failed')[] = [];
    const start = () =>
      new OrderOutbox({
        storage: { getItem: (key) => kept.get(key) ?? null, setItem: (key, text) => void kept.set(key, text) },
        place: ({ idempotencyKey }) => {
          sent.push(idempotencyKey);
          // With nothing left to say, nobody answers ever, as when the page is gone.
          return answers.length > 0 ? Promise.resolve(answers.shift()) : new Promise(() => undefined);
        },
        cancel: (orderId) => {
          sent.push(`cancel ${orderId}`);
          return Promise.resolve('done');
        },
        onAnswer: (answer) => heard.push(answer),
        againMs: 20,
      });
    return { start, sent, heard, kept };
  }

  it('is sent again with its key until it is answered, and then no more', async () => {
    const { start, sent, heard } = stage([undefined, undefined, success]);
    const outbox = start();
    outbox.place(input);
    expect(outbox.waiting).toEqual(input);
    await expect.poll(() => heard.length === 1).toBe(true);
    expect([sent, heard, outbox.waiting]).toEqual([['key', 'key', 'key'], [success], undefined]);
  });

  it('outlasts a reload of the page', async () => {
    const first = stage([]);
    first.start().place(input);
    const { kept } = first;
    const second = stage([success], kept);
    const outbox = second.start();
    expect(outbox.waiting).toEqual(input);
    await expect.poll(() => second.heard.length === 1).toBe(true);
    expect(second.sent).toEqual(['key']);
    expect(stage([], kept).start().waiting).toBeUndefined();
  });

  it('is called off when its guest went away before the answer, and the next guest hears nothing of it', async () => {
    const { start, sent, heard } = stage([undefined, success]);
    const outbox = start();
    outbox.place(input);
    outbox.abandon();
    expect(outbox.waiting).toBeUndefined();
    await expect.poll(() => sent.includes('cancel order')).toBe(true);
    expect([sent, heard]).toEqual([['key', 'key', 'cancel order'], []]);
  });
});
