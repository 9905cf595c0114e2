import { describe, expect, it } from 'vitest';
import { differencesOf, packsFor } from './purchaseOrder.ts';

const line = (ordered: number, notified: number | null, received: number, noticed = true) =>
  differencesOf([{ ingredientId: 'i', ordered, notified, received }], noticed).map(({ kind, quantity }) => [
    kind,
    quantity,
  ]);

describe('differences of an order', () => {
  it('are none when all came that was ordered and announced', () => {
    expect(line(300, 300, 300)).toEqual([]);
    expect(line(300, null, 300, false)).toEqual([]);
  });
  it('tell what was announced otherwise than ordered, and received otherwise than announced', () => {
    expect(line(300, 200, 200)).toEqual([['SENT_LESS', 100]]);
    expect(line(300, 200, 150)).toEqual([
      ['SENT_LESS', 100],
      ['MISSING', 50],
    ]);
    expect(line(300, 400, 400)).toEqual([['SENT_MORE', 100]]);
    expect(line(300, 300, 320)).toEqual([['SURPLUS', 20]]);
    expect(line(300, 200, 320)).toEqual([
      ['SENT_LESS', 100],
      ['SURPLUS', 120],
    ]);
  });
  it('compare with the order when nothing was announced', () => {
    expect(line(300, null, 250, false)).toEqual([['MISSING', 50]]);
    expect(line(300, null, 0, false)).toEqual([['MISSING', 300]]);
    expect(line(300, null, 310, false)).toEqual([['SURPLUS', 10]]);
  });
  it('take what a notice leaves out for not sent', () => {
    expect(line(300, null, 0)).toEqual([['SENT_LESS', 300]]);
  });
  it('tell what nobody has ordered', () => {
    expect(line(0, 50, 50)).toEqual([['NOT_ORDERED', 50]]);
    expect(line(0, null, 50)).toEqual([['NOT_ORDERED', 50]]);
    expect(line(0, 50, 20)).toEqual([
      ['NOT_ORDERED', 50],
      ['MISSING', 30],
    ]);
  });
});

describe('packs for a low stock', () => {
  it('bring it to twice its level at least', () => {
    expect(packsFor({ onHand: 90, reorderLevel: 100 }, 50)).toBe(3);
    expect(packsFor({ onHand: 0, reorderLevel: 100 }, 50)).toBe(4);
    expect(packsFor({ onHand: 99, reorderLevel: 100 }, 1_000)).toBe(1);
  });
  it('stay within what an order may ask for', () => {
    expect(packsFor({ onHand: 0, reorderLevel: 1_000_000_000 }, 3)).toBe(3_333_333);
    expect(packsFor({ onHand: 0, reorderLevel: 1_000_000_000 }, 10_000_000)).toBe(1);
  });
});
