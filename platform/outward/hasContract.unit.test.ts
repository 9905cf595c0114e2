import { expect, it } from 'vitest';
import { hasContract } from './hasContract.ts';

const asked = (url: string, key: string) => hasContract({ URL: url, API_KEY: key }, 'URL', 'API_KEY');

it('a counterpart with an address and a key has a contract, one without an address has none', () => {
  expect(asked('https://partner.example', 'secret')).toBe(true);
  expect(asked('', '')).toBe(false);
  expect(asked('', 'left from before')).toBe(false);
});

it('an address without a key is refused, and the names are told', () => {
  expect(() => asked('https://partner.example', '')).toThrow(
    'API_KEY is missing, although URL is set: set both, or none of them.',
  );
});
