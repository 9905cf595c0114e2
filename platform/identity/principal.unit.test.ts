import { expect, it } from 'vitest';
import { bindingsOf, grantsWith, hasScope, soleBinding, subjectAs, type Grant, type Principal } from './principal.ts';

const grant = (role: string, scopes: string[], place?: string): Grant => ({
  role,
  scopes: new Set(scopes),
  bindings: place === undefined ? {} : { place },
});
const as = (...grants: Grant[]): Principal => ({ kind: 'user', subject: 'jo', grants, channel: 'web' });
const both = as(grant('reader', ['read'], '1'), grant('writer', ['read', 'write'], '2'));

it('has the scopes of all roles, each where the role that grants it is bound', () => {
  expect(['read', 'write', 'erase'].map((scope) => hasScope(both, scope))).toEqual([true, true, false]);
  const placesOf = (scope: string) => grantsWith(both, scope).map(({ bindings }) => bindings['place']);
  expect(['read', 'write', 'erase'].map(placesOf)).toEqual([['1', '2'], ['2'], []]);
});

it('includes every scope in `admin`', () => {
  expect(grantsWith(as(grant('boss', ['admin'])), 'erase')).toHaveLength(1);
});

it('is a subject in its roles only, and only if it is a user', () => {
  expect(['reader', 'boss'].map((role) => subjectAs(role, both))).toEqual(['jo', undefined]);
  expect(subjectAs('reader', { ...both, kind: 'service' })).toBeUndefined();
});

it('is bound to one thing if all its bound roles say the same', () => {
  expect(soleBinding(both, 'place')).toBeUndefined();
  const once = as(grant('reader', [], '1'), grant('writer', [], '1'), grant('guest', []));
  expect([soleBinding(once, 'place'), soleBinding(once, 'till')]).toEqual(['1', undefined]);
  expect(bindingsOf(once)).toEqual([['place', '1']]);
});
