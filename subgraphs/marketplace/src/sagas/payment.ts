import type { MarketplaceOrder, Payout } from '#generated/marketplace/prisma/client.ts';
import {
  PaymentCommandService,
  PaymentResult_Outcome as Outcome,
  PayoutCommandService,
} from '#generated/proto/drburger/payments/v1/payments_pb.ts';
import type { Refused } from '#platform/sagas/saga.ts';
import type { Marketplace } from '../context.ts';

/**
 * The calls that move the money of an order from a vendor. Payments knows the order by its id. The keys are made of
 * that id alone, so that the money moves once, whoever calls and how often.
 */
const payments = (domain: Marketplace) => domain.rpc.client(PaymentCommandService);

/** Has the price of an order held on the customer's card. */
export async function authorise(domain: Marketplace, order: MarketplaceOrder): Promise<Refused | undefined> {
  const { outcome } = await payments(domain).authorise({
    orderId: order.id,
    amount: BigInt(order.total),
    currency: order.currency,
    exponent: order.exponent,
    methodToken: order.methodToken ?? '',
    customerId: order.customerId,
    storeId: order.storeId,
    idempotencyKey: `${order.id}:authorise`,
  });
  if (outcome === Outcome.AUTHORISED) return undefined;
  if (outcome === Outcome.DECLINED || outcome === Outcome.REFUSED) return { refused: 'PAYMENT_DECLINED' };
  throw new Error(`payments answered ${Outcome[outcome]} to an authorisation`);
}

/** Takes the amount that is held. */
export async function capture(domain: Marketplace, orderId: string): Promise<Refused | undefined> {
  const { outcome } = await payments(domain).capture({ orderId, idempotencyKey: `${orderId}:capture` });
  if (outcome === Outcome.CAPTURED) return undefined;
  if (outcome === Outcome.DECLINED || outcome === Outcome.REFUSED) return { refused: 'CAPTURE_REFUSED' };
  throw new Error(`payments answered ${Outcome[outcome]} to a capture`);
}

/** Gives back what is held. When staff have captured it in the meantime, it is refunded instead. */
export async function voidHeld(domain: Marketplace, orderId: string): Promise<void> {
  const { outcome, reason } = await payments(domain).void({ orderId, idempotencyKey: `${orderId}:void` });
  if (outcome === Outcome.REFUSED && reason === 'already_captured') return refund(domain, orderId);
  if (outcome !== Outcome.VOIDED) throw new Error(`payments answered ${Outcome[outcome]} (${reason}) to a void`);
}

/**
 * Pays back what was taken, or a part of it. Where less than the part is left, since staff or the provider have paid
 * back by themselves, all that is left is paid back. A refused refund throws: it is tried again until the money is paid
 * back.
 * @param part the amount and the key of a refund of a part; without it, all that is left is paid back
 */
export async function refund(
  domain: Marketplace,
  orderId: string,
  part?: { readonly amount: number; readonly id: string },
): Promise<void> {
  const key = `${orderId}:refund${part ? `:${part.id}` : ''}`;
  const ask = (amount: number, idempotencyKey: string) =>
    payments(domain).refund({ orderId, amount: BigInt(amount), idempotencyKey });
  const first = await ask(part?.amount ?? 0, key);
  const isTooMuch = part && first.outcome === Outcome.REFUSED && first.reason === 'more_than_left';
  const { outcome, reason } = isTooMuch ? await ask(0, `${key}:rest`) : first;
  if (outcome !== Outcome.REFUNDED) throw new Error(`payments answered ${Outcome[outcome]} (${reason}) to a refund`);
}

/** Pays a vendor. @returns the provider's code when it refuses; null when the vendor is paid */
export async function payOut(
  domain: Marketplace,
  { id, account, amount }: Payout,
  currency: string,
): Promise<string | null> {
  const { paid, reason } = await domain.rpc
    .client(PayoutCommandService)
    .payOut({ payoutId: id, account, amount: BigInt(amount), currency, idempotencyKey: `${id}:payOut` });
  return paid ? null : reason;
}
