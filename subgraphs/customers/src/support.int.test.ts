import { describe, expect, it } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { principalWith } from '#platform/testkit/testSubgraph.ts';
import { roleScopes } from '#schema/scopes.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { admin, ask, customer, graph, startCustomers } from './testing/customersGraph.ts';

startCustomers();

const support = principalWith(roleScopes.support, { subject: 'support-7', roles: ['support'] });
const emailOf = async (n: number) =>
  (
    await ask<{ customer: { email: string } }>(admin, 'query ($id: ID!) { customer(id: $id) { email } }', {
      id: seedId('customer', n),
    })
  ).customer.email;
const found = (email: string) =>
  ask<{ supportedCustomer: { customerId: string; actions: object[] } | null }>(
    support,
    `query ($email: String!) { supportedCustomer(email: $email) { customerId registeredAt actions { kind orderId reason by } } }`,
    { email },
  ).then((data) => data.supportedCustomer);
async function act(mutation: 'resendReceipt' | 'eraseCustomer', input: object): Promise<{ __typename: string }> {
  const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
  const data = await ask<Record<string, { __typename: string }>>(
    support,
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename ... on SupportInputProblem { field } } }`,
    { input: { idempotencyKey: uuidv7(), reason: 'CUSTOMER_ASKED', ...input } },
  );
  return data[mutation]!;
}
const eventsFor = async (customerId: string) =>
  (await graph.appended())
    .filter(({ metadata }) => metadata.aggregateId === `customer:${customerId}`)
    .map(({ eventType, metadata }) => [eventType, metadata.actor]);

describe('support', () => {
  it('has a receipt sent again, once for a key, and it stays on record who asked and why', async () => {
    const [customerId, orderId] = [seedId('customer', 4), uuidv7()];
    const input = { idempotencyKey: 'receipt', customerId, orderId };
    for (const _ of [1, 2]) expect(await act('resendReceipt', input)).toEqual({ __typename: 'ReceiptRequested' });
    expect(await eventsFor(customerId)).toEqual([['CustomerReceiptRequested', 'user:support-7']]);
    expect(await found(await emailOf(4))).toMatchObject({
      customerId,
      actions: [{ kind: 'RECEIPT', orderId, reason: 'CUSTOMER_ASKED', by: 'user:support-7' }],
    });
    expect(
      await ask(customer(customerId), '{ me { supportActions { kind role reason orderId } } }'),
      'the customer is told in which role it was done, and not by whom',
    ).toEqual({ me: { supportActions: [{ kind: 'RECEIPT', role: 'SUPPORT', reason: 'CUSTOMER_ASKED', orderId }] } });
    expect(await act('resendReceipt', { customerId, orderId: 'A1' })).toMatchObject({ field: 'orderId' });
    expect((await act('resendReceipt', { customerId: uuidv7(), orderId })).__typename).toBe('SupportCustomerNotFound');
  });

  it('erases a customer on their word: nobody reads them any more, and the record stays', async () => {
    const [customerId, email] = [seedId('customer', 5), await emailOf(5)];
    expect(await act('eraseCustomer', { customerId })).toEqual({ __typename: 'CustomerErasedBySupport' });
    expect(await found(email)).toBeNull();
    expect(await ask(customer(customerId), '{ me { givenName } }')).toEqual({ me: null });
    expect((await act('eraseCustomer', { customerId })).__typename).toBe('SupportCustomerNotFound');
    expect((await eventsFor(customerId)).map(([type]) => type)).toEqual(['CustomerErased']);
    expect(await graph.domain.db.supportAction.findMany({ where: { customerId } })).toMatchObject([
      { kind: 'ERASURE', reason: 'CUSTOMER_ASKED', actor: 'user:support-7' },
    ]);
    expect(await graph.domain.db.accessRevocation.findUnique({ where: { subject: customerId } })).not.toBeNull();
  });

  it('acts for a customer within its list alone, whatever scopes the token has, and what was refused is on record', async () => {
    const id = seedId('customer', 1);
    const acting = principalWith(roleScopes.customer, {
      subject: id,
      roles: ['customer'],
      act: { subject: 'support-7' },
    });
    for (const mutation of [
      'updateProfile(input: { givenName: "Mallory" }) { __typename }',
      'signOutEverywhere { __typename }',
    ]) {
      const { errors } = await graph.as(acting)(`mutation { ${mutation} }`);
      expect(errors?.[0]?.extensions?.['code'], JSON.stringify(errors)).toBe('FORBIDDEN');
    }
    const { rows } = await graph.domain.pool.query<{ entry: string }>(
      `select entry from platform.audit where entry like '%updateProfile%'`,
    );
    expect(JSON.parse(rows[0]!.entry)).toMatchObject({
      actor: 'user:support-7',
      roles: ['support'],
      input: { onBehalfOf: id },
      objects: [id],
    });
  });

  it('sees nothing of a profile and ends nobody’s access; others are no support', async () => {
    const refused = async (who: typeof support, document: string) =>
      (await graph.as(who)(document)).errors?.[0]?.extensions?.['code'];
    const id = seedId('customer', 1);
    expect(await refused(support, `{ customer(id: "${id}") { email } }`)).toBe('FORBIDDEN');
    expect(await refused(support, '{ customerByEmail(email: "ada@example.com") { id } }')).toBe('FORBIDDEN');
    expect(
      await refused(
        support,
        `mutation { revokeAccess(input: { idempotencyKey: "k", subject: "${id}" }) { __typename } }`,
      ),
    ).toBe('FORBIDDEN');
    const erase = `mutation { eraseCustomer(input: { idempotencyKey: "k", customerId: "${id}", reason: LEGAL_DUTY }) { __typename } }`;
    for (const other of [
      customer(id),
      principalWith(roleScopes.manager, { roles: ['manager'], bindings: { store: seedId('store', 1) } }),
    ])
      expect(await refused(other, erase)).toBe('FORBIDDEN');
  });
});
