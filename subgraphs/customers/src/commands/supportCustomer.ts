import { CustomerReceiptRequested } from '#schema/events/customers.ts';
import { actorOf, rolesOf, type Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import { idempotent } from '#platform/subgraph/idempotency.ts';
import type { Customers, Tx } from '../context.ts';
import { eraseCustomer } from '../eraseCustomer.ts';
import { lockCustomer } from '../lockCustomer.ts';
import { roleIn } from '../supportRole.ts';

interface SupportAction {
  readonly idempotencyKey: string;
  readonly customerId: string;
  /** A code, never text about the person. */
  readonly reason: string;
}

export type SupportOutcome =
  | { readonly kind: 'done'; readonly at: string }
  | { readonly kind: 'notFound' }
  | { readonly kind: 'invalid'; readonly field: string; readonly message: string };

interface Recorded extends SupportAction {
  readonly mutation: 'resendReceipt' | 'eraseCustomer';
  readonly orderId: string | null;
}

/** Does something for a customer, once per idempotency key, and records in the same transaction who did it and why. */
const act = (
  domain: Customers,
  principal: Principal,
  { idempotencyKey: key, mutation, ...body }: Recorded,
  work: (tx: Tx, now: Date) => Promise<boolean>,
): Promise<SupportOutcome> => {
  const now = domain.clock();
  const { customerId, orderId, reason } = body;
  return domain.transaction((tx) =>
    idempotent<SupportOutcome>(tx, { principal, mutation, key, body, now }, async () => {
      if (!isId(customerId) || !(await work(tx, now))) return { kind: 'notFound' };
      const kind = mutation === 'resendReceipt' ? 'RECEIPT' : 'ERASURE';
      const actor = actorOf(principal);
      await tx.supportAction.create({
        data: {
          id: domain.newId(),
          customerId,
          kind,
          orderId,
          reason,
          actor,
          role: roleIn(rolesOf(principal)),
          at: now,
        },
      });
      return { kind: 'done', at: now.toISOString() };
    }),
  );
};

/** Asks that a customer be sent the receipt of an order again. */
export const resendReceipt = (
  domain: Customers,
  principal: Principal,
  action: SupportAction & { readonly orderId: string },
): Promise<SupportOutcome> => {
  const { customerId, orderId } = action;
  if (!isId(orderId))
    return Promise.resolve({ kind: 'invalid', field: 'orderId', message: 'This is not the id of an order.' });
  return act(domain, principal, { ...action, mutation: 'resendReceipt' }, async (tx, now) => {
    if (!(await lockCustomer(domain, tx, customerId))) return false;
    await domain.events.append(tx, null, [CustomerReceiptRequested.of({ customerId, orderId, at: now.toISOString() })]);
    return true;
  });
};

/** Erases a customer on their word: see `eraseCustomer`. */
export const eraseOnRequest = (
  domain: Customers,
  principal: Principal,
  action: SupportAction,
): Promise<SupportOutcome> =>
  act(
    domain,
    principal,
    { ...action, mutation: 'eraseCustomer', orderId: null },
    async (tx) => (await eraseCustomer(domain, tx, action.customerId)) !== undefined,
  );
