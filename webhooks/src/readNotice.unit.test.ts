import { describe, expect, it } from 'vitest';
import { readNotice } from './readNotice.ts';
import { supplier } from './sources/supplier.ts';

const recall = {
  version: '2026-01',
  type: 'goods.recalled',
  recall: 'R-1',
  ingredientId: '01890a5d-ac96-774b-bcce-b302099a8057',
  deliveryNotes: [],
  reason: 'glass in the jar',
};

describe('a notice', () => {
  it('is read by its version', () => {
    expect(readNotice(supplier, JSON.stringify(recall)).object).toBe('recall:R-1');
  });

  it('is not understood with a zero byte in a text, which no owner could store', () => {
    const body = JSON.stringify({ ...recall, reason: 'glass\0' });
    expect(body).toContain('\\u0000');
    expect(() => readNotice(supplier, body)).toThrow('a text in it has a zero byte');
    expect(readNotice(supplier, JSON.stringify({ ...recall, reason: '\\u0000' })).object).toBe('recall:R-1');
  });
});
