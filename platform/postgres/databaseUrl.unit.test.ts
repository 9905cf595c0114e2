import pg from 'pg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { databaseUrl } from './databaseUrl.ts';

const partsOf = (text: string) => {
  const { host, port, user, password, database } = new pg.Client(text);
  return { host, port, user, password, database };
};

describe('the address of a database', () => {
  it.each(['a/b', 'a#b', 'a@b', 'a%b', 'a:b', 'a b', 'a?b', '%41', "'", '\\', 'ä', '€'])(
    'is that of its parts with the password %j',
    (password) => {
      const address = { host: 'db', port: 5433, user: 'stores', password, database: 'stores' };
      expect(partsOf(databaseUrl(address))).toEqual(address);
    },
  );

  it('is that of its parts with any password', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (password) => {
        const address = { host: 'db', port: 5432, user: 'stores', password, database: 'sagas' };
        expect(partsOf(databaseUrl(address))).toEqual(address);
      }),
    );
  });
});
