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

export async function capture(call: StepCall<Orders>): Promise<Refused | void> {
  const { outcome } = await payments(call).capture({ orderId: call.sagaId, idempotencyKey: call.key });
  if (outcome === Outcome.CAPTURED) return undefined;
  if (outcome === Outcome.DECLINED || outcome === Outcome.REFUSED) return { refused: 'CAPTURE_REFUSED' };
  throw new Error(`payments answered ${Outcome[outcome]} to a capture`);
}

export async function voidAuthorisation(call: StepCall<Orders>): Promise<void> {
  const { outcome } = await payments(call).void({ orderId: call.sagaId, idempotencyKey: call.key });
  if (outcome !== Outcome.VOIDED) throw new Error(`payments answered ${Outcome[outcome]} to a void`);
}

/**
 * A refusal to pay back is not ours to accept: it is tried until the money is back, and logged as an error meanwhile.
 */
export async function refund(call: StepCall<Orders>): Promise<void> {
  const { outcome, reason } = await payments(call).refund({ orderId: call.sagaId, idempotencyKey: call.key });
  if (outcome !== Outcome.REFUNDED) throw new Error(`payments answered ${Outcome[outcome]} (${reason}) to a refund`);
}
