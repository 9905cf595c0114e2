import { describe, expect, it } from 'vitest';
import { AccessQueryService } from '#generated/proto/drburger/customers/v1/access_pb.ts';
import { principalWith } from '#platform/testkit/testSubgraph.ts';
import { roleScopes } from '#schema/scopes.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { admin, ask, customer, graph, later, now, startCustomers } from './testing/customersGraph.ts';

startCustomers();

const signOut = 'mutation { signOutEverywhere { __typename ... on SignOutEverywhereSuccess { signedOutAt } } }';
const revoke = `mutation ($input: RevokeAccessInput!) { revokeAccess(input: $input) { __typename ... on RevokeAccessSuccess { subject revokedAt } } }`;
const revokeAccess = (subject: string, idempotencyKey = subject) =>
  ask(admin, revoke, { input: { subject, idempotencyKey } });
const told = async (after: Date, afterSubject = '') =>
  (
    await graph.client(AccessQueryService).listRevocations({ after: after.toISOString(), afterSubject })
  ).revocations.map(({ subject, before }) => [subject, before]);
const eventsOf = async (subject: string) =>
  (await graph.appended())
    .filter(({ metadata }) => metadata.aggregateId === `access:${subject}`)
    .map(({ eventType, data, metadata }) => [eventType, data, metadata.actor]);

describe('signOutEverywhere', () => {
  it("revokes the caller's tokens and appends the event in the same transaction, registered or not", async () => {
    const principal = customer(seedId('test', 'signs out'));
    const before = now;
    const at = later().toISOString();
    expect(await ask(principal, signOut)).toEqual({
      signOutEverywhere: { __typename: 'SignOutEverywhereSuccess', signedOutAt: at },
    });
    expect(await told(before)).toEqual([[principal.subject, at]]);
    expect(await eventsOf(principal.subject)).toEqual([
      ['CustomerAccessRevoked', { subject: principal.subject, before: at }, `user:${principal.subject}`],
    ]);
  });

  it('is refused for callers who are not customers', async () => {
    expect(await ask(admin, signOut)).toEqual({ signOutEverywhere: { __typename: 'CustomerNotAllowed' } });
    const kiosk = principalWith(roleScopes.kiosk, { roles: ['kiosk'] });
    expect((await graph.as(kiosk)(signOut)).errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
  });
});

describe('revokeAccess', () => {
  it('needs the scope, and accepts any subject', async () => {
    const input = { subject: 'kiosk-17', idempotencyKey: 'k' };
    for (const role of ['customer', 'kiosk', 'courier', 'kitchen', 'manager', 'anonymous'] as const) {
      const answer = await graph.as(principalWith(roleScopes[role], { subject: 'kiosk-17', roles: [role] }))(revoke, {
        input,
      });
      expect(answer.errors?.[0]?.extensions?.['code'], role).toBe('FORBIDDEN');
    }
    expect(await eventsOf('kiosk-17')).toEqual([]);
    expect(await revokeAccess('kiosk-17')).toEqual({
      revokeAccess: { __typename: 'RevokeAccessSuccess', subject: 'kiosk-17', revokedAt: now.toISOString() },
    });
    expect(await eventsOf('kiosk-17')).toEqual([
      ['CustomerAccessRevoked', { subject: 'kiosk-17', before: now.toISOString() }, `user:${admin.subject}`],
    ]);
  });

  it('revokes once per idempotency key, and again with another key', async () => {
    const first = await revokeAccess('twice', 'first');
    const toldOfIt = async () => (await told(new Date(0))).filter(([subject]) => subject === 'twice');
    const [then, at] = [now.toISOString(), later().toISOString()];
    expect(await revokeAccess('twice', 'first')).toEqual(first);
    expect(await toldOfIt()).toEqual([['twice', then]]);
    expect(await revokeAccess('twice', 'second')).toMatchObject({ revokeAccess: { revokedAt: at } });
    expect(await toldOfIt()).toEqual([['twice', at]]);
    expect(await eventsOf('twice')).toHaveLength(2);
    expect(
      (await graph.as(admin)(revoke, { input: { subject: 'other', idempotencyKey: 'first' } })).errors?.[0]
        ?.extensions?.['code'],
    ).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  it('refuses a text that cannot be a subject', async () => {
    for (const subject of ['', ' ', 'a b', 'ä', 'a'.repeat(256)]) {
      expect(await revokeAccess(subject, 'k'), subject).toEqual({
        revokeAccess: { __typename: 'AccessSubjectInvalid' },
      });
    }
    const unstorable = await graph.as(admin)(revoke, { input: { subject: 'a\u0000', idempotencyKey: 'k' } });
    expect(unstorable.errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
  });

  it('leaves neither a row nor an event when it fails', async () => {
    const { append } = graph.domain.events;
    graph.domain.events.append = () => Promise.reject(new Error('no log'));
    expect((await graph.as(admin)(revoke, { input: { subject: 'half', idempotencyKey: 'half' } })).errors).toHaveLength(
      1,
    );
    graph.domain.events.append = append;
    expect((await told(new Date(0))).map(([subject]) => subject)).not.toContain('half');
    expect(await eventsOf('half')).toEqual([]);
  });
});

describe('the list of revocations', () => {
  it('is returned in pages that leave out nothing, also among revocations of one instant', async () => {
    const start = later();
    const at = later().toISOString();
    const subjects = Array.from({ length: 1_003 }, (_, index) => `device-${String(index).padStart(4, '0')}`);
    await graph.domain.pool.query(
      'INSERT INTO access_revocation (subject, revoked_at) SELECT subject, $2 FROM unnest($1::text[]) subject',
      [subjects, at],
    );
    const first = await told(start);
    expect(first).toHaveLength(1_000);
    const rest = await told(new Date(first.at(-1)![1]!), first.at(-1)![0]);
    expect([...first, ...rest]).toEqual(subjects.map((subject) => [subject, at]));
    expect(await told(new Date(at), subjects.at(-1))).toEqual([]);
    await expect(
      graph.client(AccessQueryService).listRevocations({ after: 'yesterday', afterSubject: '' }),
    ).rejects.toThrow('must be an instant');
  });
});
