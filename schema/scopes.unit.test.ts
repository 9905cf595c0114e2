import { expect, it } from 'vitest';
import { appScopes, roleScopes, scopesOfRole } from './scopes.ts';

it('a role that an issuer calls as every object calls something has no scopes', () => {
  expect(scopesOfRole('customer')).toBe(roleScopes.customer);
  for (const role of ['__proto__', 'constructor', 'toString', 'nobody']) expect(scopesOfRole(role)).toEqual([]);
});

it('support may help customers, and nothing else', () => {
  expect(roleScopes.support).toEqual(['catalog:read', 'customers:support']);
  const others = (Object.keys(roleScopes) as (keyof typeof roleScopes)[]).filter((role) =>
    (roleScopes[role] as readonly string[]).includes('customers:support'),
  );
  expect(others).toEqual(['support', 'admin']);
});

it('an app of a partner gets no scope that its role does not have: no service would believe its channel', () => {
  expect(roleScopes.partner).toEqual(expect.arrayContaining([...appScopes]));
});
