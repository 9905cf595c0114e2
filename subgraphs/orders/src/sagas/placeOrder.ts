import { defineSaga } from '#platform/sagas/defineSaga.ts';
import type { Refused, Saga, SagaStep, StepCall } from '#platform/sagas/saga.ts';
import { changeOrder } from '../commands/changeOrder.ts';
import type { Orders } from '../context.ts';
import { isFinal, type OrderCommand, type OrderStatus } from '../order.ts';
import { callOff, cancelDelivery, dispatch } from './courier.ts';
import { authorise, capture, refund, voidAuthorisation } from './payment.ts';
import { consume, release, reserve } from './stock.ts';
import type { Timeout } from '../config.ts';

/**
 * What the saga is told of: by the order's own events, and by the delivery's. `ended`: somebody else cancelled or
 * rejected the order.
 */
export interface OrderNews {
  readonly news: 'started' | 'ready' | 'handedOver' | 'ended' | 'pickedUp' | 'delivered' | 'deliveryFailed';
}

/** Each step beside its undo. Taken from top to bottom (couriers' only for a delivery), undone from bottom to top. */
const steps = {
  authorise: { run: authorise, undo: ['void', voidAuthorisation] },
  reserve: { run: reserve, undo: ['release', release] },
  /** Into the kitchen's queue. Its undo is the order's end, which always comes first: see `refused`. */
  confirm: { run: (call) => move(call, { kind: 'confirm', by: 'saga' }) },
  dispatch: { run: dispatch, undo: ['cancelDelivery', cancelDelivery] },
  /** What is cooked cannot be put back. */
  consume: { run: consume, replaces: 'reserve' },
  capture: { run: captureUnlessRefused, undo: ['refund', refund], replaces: 'authorise' },
  sendOut: { run: (call) => move(call, { kind: 'sendOut', by: 'saga' }) },
  complete: { run: (call) => move(call, { kind: 'complete', by: 'saga' }) },
} satisfies Record<string, SagaStep<Orders>>;

type OrderSaga = Saga<Orders, keyof typeof steps, OrderNews>;

/** One order, from accepted to completed. Its id is the order's. */
export const placeOrderSaga = defineSaga<Orders, { delivery: boolean }, OrderNews, typeof steps>({
  name: 'placeOrder',
  steps,
  async run(saga, { delivery }) {
    await saga.do('authorise');
    await saga.do('reserve');
    await saga.do('confirm');
    if (delivery) await saga.do('dispatch');
    const heard = new Set<OrderNews['news']>();
    await hear(saga, heard, 'started', {
      within: 'ORDER_KITCHEN_START_SECONDS',
      while: 'CONFIRMED',
      else: 'KITCHEN_START_TIMED_OUT',
    });
    await hear(saga, heard, 'ready', {
      within: 'ORDER_KITCHEN_READY_SECONDS',
      while: 'PREPARING',
      else: 'KITCHEN_READY_TIMED_OUT',
    });
    await saga.do('consume');
    await saga.do('capture');
    if (delivery) {
      await hear(saga, heard, 'pickedUp', {
        within: 'ORDER_COLLECTION_SECONDS',
        while: 'READY',
        else: 'NOT_COLLECTED',
      });
      await saga.do('sendOut');
      await hear(saga, heard, 'delivered', {
        within: 'ORDER_DELIVERY_SECONDS',
        while: 'OUT_FOR_DELIVERY',
        else: 'DELIVERY_TIMED_OUT',
      });
    } else {
      await hear(saga, heard, 'handedOver', {
        within: 'ORDER_COLLECTION_SECONDS',
        while: 'READY',
        else: 'NOT_COLLECTED',
      });
    }
    await saga.do('complete');
    await saga.note('forgetPaymentMethod', forgetPaymentMethod);
  },
  /**
   * The order ends first, so that nobody goes on with it while it is undone; unless it was ended by whoever refused.
   */
  async refused(saga, reason) {
    await saga.note('end', (call) => end(call, reason));
    await saga.note('forgetPaymentMethod', forgetPaymentMethod);
  },
});

/**
 * Takes the money. An order that the bank refuses to pay out is called off, unless the guest has the food already or a
 * courier is away with it: what has happened wins. That order goes on to its end, the authorisation stays, and staff
 * try again to take the money.
 */
async function captureUnlessRefused(call: StepCall<Orders>): Promise<Refused | void> {
  if (await capture(call)) return undefined;
  const calledOff = await expire(call, { while: 'READY', else: 'CAPTURE_REFUSED' });
  return calledOff ? { refused: 'CAPTURE_REFUSED' } : undefined;
}

/** Takes a step in the order's own history. An order that was ended meanwhile turns the saga back. */
async function move(call: StepCall<Orders>, command: OrderCommand): Promise<Refused | void> {
  const outcome = await changeOrder(call.domain, call.sagaId, command, {}, call.key);
  if (outcome.kind === 'notFound') throw new Error('the saga has no order');
  if (outcome.kind === 'done') return undefined;
  if (isFinal(outcome.status)) return { refused: 'ENDED' };
  throw new Error(`the order is ${outcome.status}, and cannot ${command.kind}`);
}

async function end(call: StepCall<Orders>, reason: string): Promise<void> {
  const order = await call.domain.db.order.findUniqueOrThrow({ where: { id: call.sagaId } });
  if (isFinal(order.status as OrderStatus)) return;
  const rejected = order.status === 'PLACED' && ['PAYMENT_DECLINED', 'OUT_OF_STOCK'].includes(reason);
  await move(call, { kind: rejected ? 'reject' : 'cancel', by: 'saga', reason });
}

/**
 * The provider's token has served: an authorisation that was under way when the order was cancelled may need it until
 * here.
 */
async function forgetPaymentMethod({ domain, sagaId }: StepCall<Orders>): Promise<void> {
  await domain.db.order.update({ where: { id: sagaId }, data: { paymentMethodToken: null } });
}

interface Patience {
  readonly within: Timeout;
  /** The status in which the order waits for the news. */
  readonly while: OrderStatus;
  /** Why it is called off when the news does not come. */
  readonly else: string;
}

/**
 * Waits for news. What is not yet wanted is kept for later: a courier may be faster than the kitchen's message. When
 * the time is over, the order's history decides: if it has moved on at the last moment, the news is on its way.
 */
async function hear(
  saga: OrderSaga,
  heard: Set<OrderNews['news']>,
  wanted: OrderNews['news'],
  patience: Patience,
): Promise<void> {
  while (!heard.has(wanted)) {
    const deadline = await saga.deadline(Number(saga.domain.config[patience.within]));
    for (
      let message = await saga.receive(deadline);
      message;
      message = heard.has(wanted) ? null : await saga.receive(deadline)
    ) {
      heard.add(message.news);
      if (heard.has('ended')) saga.refuse('ENDED');
      if (heard.has('deliveryFailed')) saga.refuse('DELIVERY_FAILED');
    }
    if (!heard.has(wanted) && (await saga.note('expire', (call) => expire(call, patience)))) saga.refuse(patience.else);
  }
}

/**
 * True: the order is called off, since it has not moved on from where it waits. A courier is called off before: what
 * has arrived is not cancelled, nor what was picked up taken for not collected, however late the news of it.
 */
async function expire(call: StepCall<Orders>, patience: Pick<Patience, 'while' | 'else'>): Promise<boolean> {
  const { service } = await call.domain.db.order.findUniqueOrThrow({ where: { id: call.sagaId } });
  const courierMayHaveIt = service === 'DELIVERY' && ['READY', 'OUT_FOR_DELIVERY'].includes(patience.while);
  const courier = { ...call, key: `${call.sagaId}:cancelDelivery` };
  if (courierMayHaveIt && !(await callOff(courier, patience.else, patience.while === 'READY'))) return false;
  const outcome = await changeOrder(
    call.domain,
    call.sagaId,
    { kind: 'expire', by: 'saga', awaiting: patience.while, reason: patience.else },
    {},
    call.key,
  );
  return outcome.kind === 'done';
}
