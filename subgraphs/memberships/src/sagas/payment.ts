import type { Charge, Membership } from '#generated/memberships/prisma/client.ts';
import {
  PaymentCommandService,
  PaymentResult_Outcome as Outcome,
} from '#generated/proto/drburger/payments/v1/payments_pb.ts';
import type { Memberships } from '../context.ts';

/**
 * The calls that move a membership's money. Payments knows a charge by its id, under the field for the order's id. The
 * keys are made of the charge's id alone, so that whoever calls, and how often, moves the money once.
 */
const payments = (domain: Memberships) => domain.rpc.client(PaymentCommandService);

export interface Declined {
  /** The provider's code. */
  readonly declined: string;
}

/** Has the amount of a charge held on the member's card. */
export async function authorise(
  domain: Memberships,
  charge: Charge,
  membership: Membership,
): Promise<Declined | undefined> {
  if (membership.methodToken === null) return { declined: 'no_method' };
  const { outcome, reason } = await payments(domain).authorise({
    orderId: charge.id,
    amount: BigInt(charge.amount),
    currency: membership.currency,
    exponent: membership.exponent,
    methodToken: membership.methodToken,
    customerId: membership.customerId,
    storeId: membership.storeId,
    idempotencyKey: `${charge.id}:authorise`,
  });
  if (outcome === Outcome.AUTHORISED) return undefined;
  if (outcome === Outcome.DECLINED || outcome === Outcome.REFUSED) return { declined: reason };
  throw new Error(`payments answered ${Outcome[outcome]} to an authorisation`);
}

/** Takes the amount that is held. */
export async function capture(domain: Memberships, chargeId: string): Promise<Declined | undefined> {
  const { outcome, reason } = await payments(domain).capture({
    orderId: chargeId,
    idempotencyKey: `${chargeId}:capture`,
  });
  if (outcome === Outcome.CAPTURED) return undefined;
  if (outcome === Outcome.DECLINED || outcome === Outcome.REFUSED) return { declined: reason };
  throw new Error(`payments answered ${Outcome[outcome]} to a capture`);
}

/** Gives back what is held. When staff have captured it in the meantime, it is refunded instead. */
export async function voidHeld(domain: Memberships, chargeId: string): Promise<void> {
  const request = { orderId: chargeId, idempotencyKey: `${chargeId}:void` };
  const { outcome, reason } = await payments(domain).void(request);
  if (outcome === Outcome.REFUSED && reason === 'already_captured') return refund(domain, chargeId);
  if (outcome !== Outcome.VOIDED) throw new Error(`payments answered ${Outcome[outcome]} (${reason}) to a void`);
}

/**
 * Pays back what was taken, or a part of it. Where less than the part is left, since staff or the provider have paid
 * back by themselves, all that is left is paid back. A refused refund throws: it is tried again until the money is paid
 * back.
 * @param part the amount and the key of a refund of a part; without it, all that is left is paid back
 */
export async function refund(
  domain: Memberships,
  chargeId: string,
  part?: { readonly amount: number; readonly id: string },
): Promise<void> {
  const key = `${chargeId}:refund${part ? `:${part.id}` : ''}`;
  const ask = (amount: number, idempotencyKey: string) =>
    payments(domain).refund({ orderId: chargeId, amount: BigInt(amount), idempotencyKey });
  const first = await ask(part?.amount ?? 0, key);
  const isTooMuch = part && first.outcome === Outcome.REFUSED && first.reason === 'more_than_left';
  const { outcome, reason } = isTooMuch ? await ask(0, `${key}:rest`) : first;
  if (outcome !== Outcome.REFUNDED) throw new Error(`payments answered ${Outcome[outcome]} (${reason}) to a refund`);
}
