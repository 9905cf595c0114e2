import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Kind, parse } from 'graphql';
import { beforeAll, expect, test } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import {
  AuditEntriesDocument,
  BeginSupportSessionDocument,
  EndSupportSessionDocument,
  EraseCustomerDocument,
  ExportCustomerDocument,
  GiveGoodwillDocument,
  ResendReceiptDocument,
} from '#generated/bffs/staff/operations.ts';
import { AccountPageDocument, RegisterDocument } from '#generated/bffs/web/operations.ts';
import { sdlOf } from '#platform/subgraph/sdl.ts';
import { until } from '#platform/testkit/until.ts';
import { supportMutations } from '#schema/support.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import type { ChannelClient } from '../harness/channelClient.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import type { TestSystem } from '../harness/startTestSystem.ts';

const root = new URL('../../', import.meta.url);
const actor = `support-${uuidv7()}`;
const customerId = uuidv7();
const of = { customerId, reason: 'CUSTOMER_ASKED' } as const;
const idempotencyKey = randomUUID();
let system: TestSystem;
let customer: ChannelClient;
let support: ChannelClient;

beforeAll(async () => {
  system = await sharedSystem();
  customer = system.client('web', { role: 'customer', subject: customerId });
  support = system.client('staff', { role: 'support', subject: actor });
  const input = {
    idempotencyKey,
    givenName: 'Rosalind',
    familyName: 'Franklin',
    email: `rosalind.${customerId}@example.com`,
    locale: 'EN',
  } as const;
  expect((await customer.ask(RegisterDocument, { input })).register.__typename).toBe('RegisterSuccess');
});

interface SupportAction {
  /** The kind under which the customer sees it; undefined if it is none of their `supportActions`. */
  readonly shownAs: string | undefined;
  /** What the trail holds for its answer, where that is another one than the channel's. */
  readonly recordedAs?: string;
  act(): Promise<{ data: unknown }>;
}

/** Every mutation that support may do with a customer, in the order of the trial, and how the customer sees it. */
const actions: Readonly<Record<string, SupportAction>> = {
  resendReceipt: {
    shownAs: 'RECEIPT',
    act: () => support.mutate(ResendReceiptDocument, { input: { ...of, idempotencyKey, orderId: uuidv7() } }),
  },
  // Each domain records for itself that it was asked.
  exportCustomer: {
    shownAs: 'EXPORT',
    recordedAs: 'PersonalData',
    act: () => support.mutate(ExportCustomerDocument, { input: of }),
  },
  beginSupportSession: {
    shownAs: 'SESSION',
    act: () => support.mutate(BeginSupportSessionDocument, { input: { ...of, channel: 'WEB' } }),
  },
  endSupportSession: {
    shownAs: 'SESSION',
    act: () => support.mutate(EndSupportSessionDocument, { input: { customerId } }),
  },
  // They are shown it in the ledger of their points.
  giveGoodwill: {
    shownAs: undefined,
    act: () =>
      support.mutate(GiveGoodwillDocument, { input: { idempotencyKey, customerId, points: 5, reason: 'LATE' } }),
  },
  eraseCustomer: {
    shownAs: 'ERASURE',
    act: () => support.mutate(EraseCustomerDocument, { input: { ...of, idempotencyKey } }),
  },
};

/** The mutations under the scope of support, in all domains and the channel of staff. */
function mutationsOfSupport(): string[] {
  const sdl = [
    ...subgraphs.map(({ name }) => sdlOf(new URL(`subgraphs/${name}/`, root))),
    readFileSync(new URL('bffs/staff/schema.graphql', root), 'utf8'),
  ];
  return sdl
    .flatMap((text) => parse(text).definitions)
    .filter((each) => each.kind === Kind.OBJECT_TYPE_DEFINITION || each.kind === Kind.OBJECT_TYPE_EXTENSION)
    .filter(({ name }) => name.value === 'Mutation')
    .flatMap(({ fields = [] }) => fields)
    .filter(({ directives = [] }) => JSON.stringify(directives).includes('customers:support'))
    .map(({ name }) => name.value);
}

test('every mutation of support is tried here, and no other one may be done in a customer’s name', () => {
  expect(Object.keys(actions).sort()).toEqual(mutationsOfSupport().sort());
  // What e2e/support-session/supportSession.test.ts shows to be recorded as done for the customer.
  expect([...supportMutations].sort()).toEqual(['cancelMarketplaceOrder', 'cancelOrder']);
});

test('each is in the audit trail, with who did it to whom, and among what the customer is shown', async () => {
  const auditor = system.client('staff', { role: 'auditor' });
  for (const [action, { shownAs, recordedAs, act }] of Object.entries(actions)) {
    const { data } = await act();
    const answer = (data as { result: { __typename: string } }).result.__typename;
    expect(answer, action).toMatch(/Requested|Success|Begun|Ended|Given|Erased/);
    const entry = await until(
      async () => {
        const asked = { first: 50, filter: { objectId: customerId } };
        const { data: found } = await auditor.query(AuditEntriesDocument, asked as never);
        const entries = found?.auditEntries?.edges.map(({ node }) => node) ?? [];
        return entries.find((each) => each.action === action && each.answer);
      },
      { what: `${action} is in the audit trail` },
    );
    expect(entry).toMatchObject({ actor: `user:${actor}`, roles: ['support'], answer: recordedAs ?? answer });
    if (shownAs === undefined) continue;
    // Nobody who is erased can ask any more; what is recorded of them stays.
    const shown =
      action === 'eraseCustomer'
        ? (
            await system
              .subgraph('customers')
              .domain.pool.query('select kind from support_action where customer_id = $1', [customerId])
          ).rows
        : (await customer.ask(AccountPageDocument, {})).me?.supportActions;
    expect(shown, action).toContainEqual(expect.objectContaining({ kind: shownAs }));
  }
});
