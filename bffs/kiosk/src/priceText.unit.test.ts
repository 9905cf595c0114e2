import { expect, test } from 'vitest';
import { priceText } from './priceText.ts';

const euros = { amount: 1050, currency: 'EUR', exponent: 2 };

test('in the way of the language', () => {
  expect(priceText(euros, 'EN')).toBe('€10.50');
  expect(priceText(euros, 'DE')).toBe('10,50\u00a0€');
});

test('without digits where the currency has none', () => {
  expect(priceText({ amount: 500, currency: 'JPY', exponent: 0 }, 'EN')).toBe('¥500');
});
