import { expect, it } from 'vitest';
import type { Principal } from '#platform/identity/principal.ts';
import { SessionToken } from './sessionToken.ts';

const customer: Principal = { kind: 'user', subject: 'ada', grants: [], channel: 'mobile' };
const by = (subject: string): Principal => ({ ...customer, act: { subject } });
const tokens: Readonly<Record<string, Principal>> = {
  own: customer,
  'own, newer': { ...customer },
  'of support': by('support'),
  'of support, newer': by('support'),
  'of somebody else of support': by('another'),
  'of another customer': { ...customer, subject: 'bob' },
};
const clients = {
  authenticate: (token = '') => Promise.resolve({ principal: tokens[token]! }),
  isRevoked: () => false,
};

it.each([
  ['own', 'own, newer', true],
  ['own', 'of another customer', false],
  ['own', 'of support', false],
  ['of support', 'own', false],
  ['of support', 'of somebody else of support', false],
  ['of support', 'of support, newer', true],
])('a connection with a token %s may go on with one %s: %s', async (first, second, may) => {
  const session = new SessionToken(clients);
  await session.begin(first);
  expect(await session.renew(second)).toBe(may);
  expect(session.principal).toBe(tokens[may ? second : first]);
});
