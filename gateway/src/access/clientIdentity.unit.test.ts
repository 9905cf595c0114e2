import { expect, it } from 'vitest';
import { createIdentity } from '#platform/identity/identity.ts';
import {
  developmentAudience,
  developmentIssuer,
  issueToken,
  newSigningKey,
  publicHalf,
} from '#platform/identity/developmentIssuer.ts';
import type { Revocations } from '#platform/identity/revocations.ts';
import { createClientIdentity } from './clientIdentity.ts';
import { RefusedTokens } from './refusedTokens.ts';

const key = await newSigningKey();
const keys = { keys: [publicHalf(key)] };
const token = (roles: string[], bindings = {}): Promise<string> =>
  issueToken(key, { subject: 'screen-1', roles, bindings });
const auth = { roles: ['kiosk'], anonymous: false } as const;

async function clientsOf(audience: string, tell: (reason: string) => void) {
  const client = { issuer: developmentIssuer, audience, keys };
  const identity = await createIdentity({ internalKey: await newSigningKey(), client, scopesOf: () => [] });
  return createClientIdentity('kiosk', auth, identity, { tell });
}

it('tells the operator why a token is refused, and the client nothing', async () => {
  const reasons: string[] = [];
  const clients = await clientsOf('somebody-else', (reason) => void reasons.push(reason));
  await expect(clients.authenticate(`Bearer ${await token(['kiosk'])}`)).rejects.toThrow(
    /^The token is not valid here\. Get a new one\.$/,
  );
  expect(reasons).toEqual(['unexpected "aud" claim value']);
});

it('names the claim and the roles to a client that has another role', async () => {
  const clients = await clientsOf(developmentAudience, () => undefined);
  await expect(clients.authenticate(`Bearer ${await token(['customer'])}`)).rejects.toThrow(
    'The channel kiosk is for tokens with one of these `roles`: kiosk.',
  );
  expect((await clients.authenticate(`Bearer ${await token(['kiosk'])}`)).principal.subject).toBe('screen-1');
});

it('lets a client act in the roles of the channel only, each with its own binding', async () => {
  const clients = await clientsOf(developmentAudience, () => undefined);
  const both = await token(['manager', 'kiosk'], { manager: { store: '1' }, kiosk: { store: '2' } });
  expect((await clients.authenticate(`Bearer ${both}`)).principal.grants).toEqual([
    { role: 'kiosk', scopes: new Set(), bindings: { store: '2' } },
  ]);
});

it('refuses a token whose bindings do not say of which role they are', async () => {
  const reasons: string[] = [];
  const clients = await clientsOf(developmentAudience, (reason) => void reasons.push(reason));
  await expect(clients.authenticate(`Bearer ${await token(['kiosk', 'manager'], { store: '1' })}`)).rejects.toThrow(
    'The token is not valid here.',
  );
  expect(reasons).toHaveLength(1);
});

it('ends a session of support with the access of either of the two', async () => {
  const ended = new Set<string>();
  const identity = {
    verifyClientToken: () =>
      Promise.resolve({
        principal: {
          kind: 'user' as const,
          subject: 'the customer',
          act: { subject: 'support-7' },
          channel: 'web',
          grants: [{ role: 'customer', scopes: new Set<string>(), bindings: {} }],
        },
        issuedAt: new Date(0),
        expiresAt: new Date(900_000),
      }),
  };
  const revocations = { isRevoked: (subject: string) => ended.has(subject) } as unknown as Revocations;
  const clients = createClientIdentity(
    'web',
    { roles: ['customer'], anonymous: true },
    identity,
    { tell: () => undefined },
    revocations,
  );
  const ask = () => clients.authenticate('Bearer x');
  expect((await ask()).principal.act?.subject).toBe('support-7');
  for (const subject of ['the customer', 'support-7']) {
    ended.add(subject);
    await expect(ask()).rejects.toThrow('revoked');
    ended.clear();
  }
});

it('writes one line a minute about refused tokens, with how many there were', () => {
  const lines: object[] = [];
  let now = 0;
  const refused = new RefusedTokens({ info: (fields: object) => void lines.push(fields) }, () => now);
  for (const reason of ['first', 'second', 'third']) refused.tell(reason);
  now = 60_000;
  refused.tell('fourth');
  expect(lines).toEqual([
    { reason: 'first', refused: 1 },
    { reason: 'fourth', refused: 3 },
  ]);
});
