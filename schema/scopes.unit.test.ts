import { expect, it } from 'vitest';
import { roleScopes, scopesOfRole } from './scopes.ts';

it('a role that an issuer calls as every object calls something has no scopes', () => {
  expect(scopesOfRole('customer')).toBe(roleScopes.customer);
  for (const role of ['__proto__', 'constructor', 'toString', 'nobody']) expect(scopesOfRole(role)).toEqual([]);
});
