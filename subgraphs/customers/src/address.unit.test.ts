import { describe, expect, it } from 'vitest';
import { checkAddress, type AddressInput } from './address.ts';

const home: AddressInput = {
  label: 'Home',
  line1: 'Lindenallee 3',
  postalCode: '10115',
  city: 'Berlin',
  country: 'de',
  position: { latitude: 52.53, longitude: 13.4 },
};

const problemsOf = (input: Partial<AddressInput>) => {
  const checked = checkAddress({ ...home, ...input });
  return checked.kind === 'valid' ? [] : checked.problems.map(({ field, code }) => `${field} ${code}`);
};

describe('checkAddress', () => {
  it('accepts an address, and sets what was left out to null', () => {
    expect(checkAddress(home)).toEqual({
      kind: 'valid',
      value: { ...home, country: 'DE', line2: null, region: null, instructions: null },
    });
  });

  it.each(['DE', 'GB', 'US', 'JP', 'FR', 'TW', 'PR'])('accepts the country %s', (country) =>
    expect(problemsOf({ country })).toEqual([]),
  );

  it.each(['UK', 'ZZ', 'EU', 'XX', 'D1', 'DD', 'SU'])('refuses the country %s', (country) => {
    expect(problemsOf({ country })).toEqual(['address.country MALFORMED']);
  });

  it.each([
    [{ line1: '\n' }, 'address.line1 REQUIRED'],
    [{ postalCode: 'x'.repeat(21) }, 'address.postalCode TOO_LONG'],
    [{ instructions: 'x'.repeat(501) }, 'address.instructions TOO_LONG'],
    [{ country: '' }, 'address.country REQUIRED'],
    [{ country: 'DEU' }, 'address.country TOO_LONG'],
    [{ position: { latitude: 91, longitude: 0 } }, 'address.position.latitude OUT_OF_RANGE'],
    [{ position: { latitude: Number.NaN, longitude: 0 } }, 'address.position.latitude OUT_OF_RANGE'],
    [{ position: { latitude: 0, longitude: -180.5 } }, 'address.position.longitude OUT_OF_RANGE'],
  ])('refuses %j', (input, problem) => expect(problemsOf(input)).toEqual([problem]));
});
