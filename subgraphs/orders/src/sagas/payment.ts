import {
  PaymentCommandService,
  PaymentResult_Outcome as Outcome,
} from '#generated/proto/drburger/payments/v1/payments_pb.ts';
import type { Refused, StepCall } from '#platform/sagas/saga.ts';
import type { Orders } from '../context.ts';

const payments = ({ domain }: StepCall<Orders>) => domain.rpc.client(PaymentCommandService);

export async function authorise(call: StepCall<Orders>): Promise<Refused | void> {
  const order = await call.domain.db.order.findUniqueOrThrow({ where: { id: call.sagaId } });
  if (order.paymentMethodToken === null) throw new Error('the payment method was dropped before the saga ended');
  const { outcome } = await payments(call).authorise({
    orderId: order.id,
    amount: BigInt(order.total),
    currency: order.currency,
    exponent: order.exponent,
    methodToken: order.paymentMethodToken,
    customerId: order.customerId ?? '',
    storeId: order.storeId,
    idempotencyKey: call.key,
  });
  if (outcome === Outcome.AUTHORISED) return undefined;
  if (outcome === Outcome.DECLINED || outcome === Outcome.REFUSED) return { refused: 'PAYMENT_DECLINED' };
  throw new Error(`payments answered ${Outcome[outcome]} to an authorisation`);
}

/** Whether the money was taken. False: the bank refuses to pay it out. */
export async function capture(call: StepCall<Orders>): Promise<boolean> {
  const { outcome } = await payments(call).capture({ orderId: call.sagaId, idempotencyKey: call.key });
  if (outcome === Outcome.CAPTURED) return true;
  if (outcome === Outcome.DECLINED || outcome === Outcome.REFUSED) return false;
  throw new Error(`payments answered ${Outcome[outcome]} to a capture`);
}

/** Lets go what the bank holds. Money that staff have taken meanwhile is paid back. */
export async function voidAuthorisation(call: StepCall<Orders>): Promise<void> {
  const { outcome, reason } = await payments(call).void(request(call, 'void'));
  if (outcome === Outcome.REFUSED && reason === 'already_captured') return refund(call);
  if (outcome !== Outcome.VOIDED) throw new Error(`payments answered ${Outcome[outcome]} (${reason}) to a void`);
}

/**
 * Pays back what was taken. Where the bank had refused to pay it out nothing was: then what it holds is let go. A
 * refusal to pay back is not ours to accept: it is tried until the money is back, and logged as an error meanwhile.
 */
export async function refund(call: StepCall<Orders>): Promise<void> {
  const { outcome, reason } = await payments(call).refund(request(call, 'refund'));
  if (outcome === Outcome.REFUSED && reason === 'not_captured') return voidAuthorisation(call);
  if (outcome !== Outcome.REFUNDED) throw new Error(`payments answered ${Outcome[outcome]} (${reason}) to a refund`);
}

const request = ({ sagaId }: StepCall<Orders>, what: 'void' | 'refund') => ({
  orderId: sagaId,
  idempotencyKey: `${sagaId}:${what}`,
});
