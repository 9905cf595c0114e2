import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Principal } from '#platform/identity/principal.ts';
import { Cursors, type CursorOwner } from './cursors.ts';
import type { FeedAddress } from './feeds/feedAddress.ts';

const kiosk = { role: 'kiosk', scopes: new Set(['board:read']), bindings: { store: '7', till: '1' } };
const principal: Principal = {
  kind: 'user',
  subject: 'jo',
  grants: [kiosk],
  channel: 'kiosk',
};
const owner: CursorOwner = { principal, document: 'd', variables: { storeId: '7', input: { a: 1, b: [1, 2] } } };
const feed: FeedAddress = { domain: 'orders', topic: 'orders.v1', kind: 'declared', key: 'store:7' };
const position = { epoch: 'abc1', version: 41 };
const cursorOf = (cursors: Cursors, to = owner, at = position, of = feed) =>
  cursors.prefix(to) + cursors.position(of, at);

describe('a cursor', () => {
  const cursors = new Cursors(['secret']);
  const cursor = cursorOf(cursors);

  it('is accepted from its owner with any rights and token, on any replica with the key, also after a change of keys', () => {
    expect(cursors.read(cursor, owner, feed)).toEqual(position);
    const renewed: CursorOwner = {
      ...owner,
      principal: { ...principal, grants: [{ role: 'till', scopes: new Set(), bindings: { till: '1', store: '7' } }] },
      variables: { input: { b: [1, 2], a: 1 }, storeId: '7' },
    };
    expect(new Cursors(['newer', 'secret']).read(cursor, renewed, feed)).toEqual(position);
  });

  it.each<[string, Partial<CursorOwner>, Partial<FeedAddress>]>([
    ['person', { principal: { ...principal, subject: 'jill' } }, {}],
    ['kind of caller', { principal: { ...principal, kind: 'service' } }, {}],
    ['channel', { principal: { ...principal, channel: 'web' } }, {}],
    ['store', { principal: { ...principal, grants: [{ ...kiosk, bindings: { store: '8', till: '1' } }] } }, {}],
    ['document', { document: 'e' }, {}],
    ['variables', { variables: { storeId: '8' } }, {}],
    ['feed', {}, { key: 'store:8' }],
    ['kind of feed', {}, { kind: 'aggregate' }],
    ['domain', {}, { topic: 'delivery.v1' }],
  ])('of another %s is refused', (_what, to, of) => {
    expect(cursors.read(cursor, { ...owner, ...to }, { ...feed, ...of })).toBeUndefined();
  });

  it('is refused if it was signed with another key or put together from parts of others', () => {
    expect(new Cursors(['other']).read(cursor, owner, feed)).toBeUndefined();
    expect(new Cursors().read(cursor, owner, feed)).toBeUndefined();
    const [form, binding, epoch, , signature] = cursor.split('.');
    for (const version of ['42', '0', '041', '4e1', '-1', ''])
      expect(cursors.read([form, binding, epoch, version, signature].join('.'), owner, feed)).toBeUndefined();
  });

  it('is refused if any character was changed, and so is any other text', () => {
    fc.assert(
      fc.property(fc.nat(cursor.length - 1), fc.constantFrom(...'aZ09._-= '), (at, byte) => {
        const changed = cursor.slice(0, at) + byte + cursor.slice(at + 1);
        expect(cursors.read(changed, owner, feed)).toEqual(changed === cursor ? position : undefined);
      }),
    );
    fc.assert(fc.property(fc.anything(), (anything) => cursors.read(anything, owner, feed) === undefined));
    expect(cursors.read(cursor + '.'.repeat(100_000), owner, feed)).toBeUndefined();
  });

  it('has the same second part for all who follow the feed', () => {
    const jill = { ...owner, principal: { ...principal, subject: 'jill' } };
    const [mine, hers] = [cursorOf(cursors), cursorOf(cursors, jill)];
    expect(mine.split('.').slice(2)).toEqual(hers.split('.').slice(2));
    expect(mine.split('.')[1]).not.toBe(hers.split('.')[1]);
    expect(cursorOf(cursors, owner, position, { ...feed, key: 'store:9' }).split('.')[4]).not.toBe(mine.split('.')[4]);
  });
});
