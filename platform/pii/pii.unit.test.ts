import { createCipheriv, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createKeyring } from './keyring.ts';
import { open, seal } from './sealedField.ts';

const key = () => randomBytes(32).toString('base64');
const [first, second, indexKey] = [key(), key(), key()];
const ring = createKeyring({ masterKeys: first, indexKey });

describe('keyring', () => {
  it('gives back the data key to its owner only', () => {
    const { key: dataKey, wrapped } = ring.newDataKey('alice');
    expect(ring.unwrap('alice', wrapped)).toEqual(dataKey);
    expect(() => ring.unwrap('bob', wrapped)).toThrow();
  });

  it('keeps opening what an older master key wrapped, after a rotation', () => {
    const { key: dataKey, wrapped } = ring.newDataKey('alice');
    const rotated = createKeyring({ masterKeys: `${second},${first}`, indexKey });
    expect(rotated.unwrap('alice', wrapped)).toEqual(dataKey);
    const fresh = rotated.newDataKey('alice');
    expect(() => ring.unwrap('alice', fresh.wrapped)).toThrow('not configured');
  });

  it('finds equal values of one field, and tells fields and index keys apart', () => {
    expect(ring.blindIndex('email', 'a@b.example')).toEqual(ring.blindIndex('email', 'a@b.example'));
    expect(ring.blindIndex('email', 'a@b.example')).not.toEqual(ring.blindIndex('phone', 'a@b.example'));
    const other = createKeyring({ masterKeys: first, indexKey: key() });
    expect(other.blindIndex('email', 'a@b.example')).not.toEqual(ring.blindIndex('email', 'a@b.example'));
  });

  it.each(['', 'c2hvcnQ=', `${first},nonsense`])('refuses a master key that is not 32 bytes (%j)', (masterKeys) => {
    expect(() => createKeyring({ masterKeys, indexKey })).toThrow('32 bytes');
  });
});

describe('sealed field', () => {
  const { key: dataKey } = ring.newDataKey('alice');
  const place = { field: 'customer.name', row: '1' };

  it('opens to the same text, differently sealed each time', () => {
    const sealed = seal(dataKey, place, 'Zoë 漢字');
    expect(open(dataKey, place, sealed)).toBe('Zoë 漢字');
    expect(seal(dataKey, place, 'Zoë 漢字')).not.toEqual(sealed);
    expect(Buffer.from(sealed).includes('Zo')).toBe(false);
  });

  it('does not open for another column or row, with another key, or after a change of any byte', () => {
    const sealed = seal(dataKey, place, 'Zoë');
    expect(() => open(dataKey, { ...place, field: 'customer.email' }, sealed)).toThrow();
    expect(() => open(dataKey, { ...place, row: '2' }, sealed)).toThrow();
    expect(() => open(ring.newDataKey('bob').key, place, sealed)).toThrow();
    for (let at = 0; at < sealed.length; at++) {
      const changed = new Uint8Array(sealed);
      changed[at]! ^= 1;
      expect(() => open(dataKey, place, changed)).toThrow();
    }
  });

  it('opens what was sealed when only the column was bound, and nothing else by that', () => {
    const sealed = sealedOnce(dataKey, place.field, 'Zoë');
    expect(open(dataKey, place, sealed)).toBe('Zoë');
    expect(() => open(dataKey, { ...place, field: 'customer.email' }, sealed)).toThrow();
    const bound = seal(dataKey, place, 'Zoë');
    bound[0] = 1;
    expect(() => open(dataKey, place, bound)).toThrow();
  });
});

/** As the first format was: it stands in databases. */
function sealedOnce(dataKey: Uint8Array, field: string, text: string): Uint8Array {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', dataKey, nonce).setAAD(Buffer.from(field));
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return new Uint8Array(Buffer.concat([Buffer.from([1]), nonce, cipher.getAuthTag(), body]));
}
