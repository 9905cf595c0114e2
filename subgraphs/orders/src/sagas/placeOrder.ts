import { defineSaga } from '#platform/sagas/defineSaga.ts';
import type { Refused, Saga, SagaStep, StepCall } from '#platform/sagas/saga.ts';
import { changeOrder } from '../commands/changeOrder.ts';
import type { Orders } from '../context.ts';
import { isFinal, type OrderCommand, type OrderStatus } from '../order.ts';
import { cancelDelivery, cancelDeliveryOf, dispatch } from './courier.ts';
import { authorise, capture, challenged, checkChallenge, refund, voidAuthorisation } from './payment.ts';
import { placedOrder, readOrder } from './placedOrder.ts';
import { consume, release, reserve } from './stock.ts';
import type { Timeout } from '../config.ts';

/**
 * The news that the saga waits for. Consumers of the order's own events and of those of delivery and payments send it.
 * `ended` means that somebody else cancelled or rejected the order, `paymentAnswered` that the guest has confirmed the
 * payment with their bank or refused to.
 */
export interface OrderNews {
  readonly news:
    'paymentAnswered' | 'started' | 'ready' | 'handedOver' | 'ended' | 'pickedUp' | 'delivered' | 'deliveryFailed';
}

/**
 * The steps of the saga, each beside its compensation (undo). `run` takes them from top to bottom; when a step is
 * refused, those that were taken are undone from bottom to top. Once a step with `replaces` was taken, the undo of
 * the earlier step that it names is no longer called; its own undo, if it has one, is.
 */
const steps = {
  authorise: { run: authorise, undo: ['void', voidAuthorisation] },
  reserve: { run: reserve, undo: ['release', release] },
  /**
   * Puts the order into the kitchen's queue. It needs no undo, since ending the order removes it from the queue, and
   * that always happens first: see `refused`.
   */
  confirm: { run: (call) => move(call, { kind: 'confirm', by: 'saga' }) },
  dispatch: { run: dispatch, undo: ['cancelDelivery', cancelDelivery] },
  /**
   * Uses up the reserved stock. It has no undo, since what is cooked cannot be put back; and there is no reservation
   * left to release.
   */
  consume: { run: consume, replaces: 'reserve' },
  capture: { run: captureUnlessRefused, undo: ['refund', refund], replaces: 'authorise' },
  sendOut: { run: (call) => move(call, { kind: 'sendOut', by: 'saga' }) },
  complete: { run: (call) => move(call, { kind: 'complete', by: 'saga' }) },
} satisfies Record<string, SagaStep<Orders>>;

type OrderSaga = Saga<Orders, keyof typeof steps, OrderNews>;

/** The saga of one order, from accepted to completed. The saga's id is the order's id. */
export const placeOrderSaga = defineSaga<Orders, { delivery: boolean }, OrderNews, typeof steps>({
  name: 'placeOrder',
  steps,
  async run(saga, { delivery }) {
    const heard = new Set<OrderNews['news']>();
    if ((await saga.do('authorise')) === challenged) await waitForGuest(saga, heard);
    await saga.do('reserve');
    await saga.do('confirm');
    if (delivery) await saga.do('dispatch');
    await waitFor(saga, heard, 'started', {
      within: 'ORDER_KITCHEN_START_SECONDS',
      status: 'CONFIRMED',
      reason: 'KITCHEN_START_TIMED_OUT',
    });
    await waitFor(saga, heard, 'ready', {
      within: 'ORDER_KITCHEN_READY_SECONDS',
      status: 'PREPARING',
      reason: 'KITCHEN_READY_TIMED_OUT',
    });
    await saga.do('consume');
    await saga.do('capture');
    if (delivery) {
      await waitFor(saga, heard, 'pickedUp', {
        within: 'ORDER_COLLECTION_SECONDS',
        status: 'READY',
        reason: 'NOT_COLLECTED',
      });
      await saga.do('sendOut');
      await waitFor(saga, heard, 'delivered', {
        within: 'ORDER_DELIVERY_SECONDS',
        status: 'OUT_FOR_DELIVERY',
        reason: 'DELIVERY_TIMED_OUT',
      });
    } else {
      await waitFor(saga, heard, 'handedOver', {
        within: 'ORDER_COLLECTION_SECONDS',
        status: 'READY',
        reason: 'NOT_COLLECTED',
      });
    }
    await saga.do('complete');
    await saga.note('forgetPaymentMethod', forgetPaymentMethod);
  },
  /**
   * Runs before the taken steps are undone. It ends the order first, so that nobody goes on with it while its steps
   * are undone; unless the refusal came from somebody who has already ended it.
   */
  async refused(saga, reason) {
    await saga.note('end', (call) => end(call, reason));
    await saga.note('forgetPaymentMethod', forgetPaymentMethod);
  },
});

/**
 * Captures the payment. When the bank refuses, the order is cancelled, unless the guest or a courier has the food
 * already. Such an order goes on to its end and keeps its authorisation, and staff try again to capture the payment.
 */
async function captureUnlessRefused(call: StepCall<Orders>): Promise<Refused | void> {
  if (await capture(call)) return undefined;
  const cancelled = await expire(call, { status: 'READY', reason: 'CAPTURE_REFUSED' });
  return cancelled ? { refused: 'CAPTURE_REFUSED' } : undefined;
}

/**
 * Changes the status of the order. When somebody else has ended the order in the meantime, the step is refused and
 * the saga is undone.
 */
async function move(call: StepCall<Orders>, command: OrderCommand): Promise<Refused | void> {
  const outcome = await changeOrder(call.domain, call.sagaId, command, { causationId: call.key });
  if (outcome.kind === 'notFound') throw new Error('the order of the saga does not exist');
  if (outcome.kind === 'done') return undefined;
  if (isFinal(outcome.status)) return { refused: 'ENDED' };
  throw new Error(`the order is ${outcome.status}, which does not allow ${command.kind}`);
}

async function end(call: StepCall<Orders>, reason: string): Promise<void> {
  const order = await readOrder(call);
  if (isFinal(order.status as OrderStatus)) return;
  const rejected =
    order.status === 'PLACED' && ['PAYMENT_DECLINED', 'PAYMENT_NOT_CONFIRMED', 'OUT_OF_STOCK'].includes(reason);
  await move(call, { kind: rejected ? 'reject' : 'cancel', by: 'saga', reason });
}

/**
 * Deletes the payment provider's token from the order. It is kept until the saga ends because the authorisation may
 * be tried again, even after the order was cancelled.
 */
async function forgetPaymentMethod({ domain, sagaId }: StepCall<Orders>): Promise<void> {
  await domain.pool.query('update orders set payment_method_token = null where id = $1', [sagaId]);
}

/**
 * Waits until the guest has confirmed the payment with their bank. Payments is asked what has become of it whenever
 * something is heard, and once more when the time is over. An order whose guest did not confirm ends there: to undo
 * `authorise` gives the payment up, after which nobody can confirm it any more.
 */
async function waitForGuest(saga: OrderSaga, heard: Set<OrderNews['news']>): Promise<void> {
  const deadline = await saga.deadline(Number(saga.domain.config.ORDER_PAYMENT_CONFIRMATION_SECONDS));
  for (;;) {
    const message = await saga.receive(deadline);
    if (message) heard.add(message.news);
    if (heard.has('ended')) saga.refuse('ENDED');
    if (message !== null && message.news !== 'paymentAnswered') continue;
    const answer = await saga.note('checkChallenge', checkChallenge);
    if (answer === 'CONFIRMED') return;
    if (answer === 'REFUSED') saga.refuse('PAYMENT_DECLINED');
    if (message === null) saga.refuse('PAYMENT_NOT_CONFIRMED');
  }
}

interface TimeLimit {
  readonly within: Timeout;
  /** The status in which the order waits for the news. */
  readonly status: OrderStatus;
  /** The reason with which the order is cancelled when the news does not come in time. */
  readonly reason: string;
}

/**
 * Waits until the wanted news has arrived. News that comes before it is wanted is kept in `heard`, since a courier
 * may be faster than the kitchen's event. When the time limit has passed, the order's history decides: if the order
 * has moved on in the last moment, the news is on its way and the wait goes on.
 */
async function waitFor(
  saga: OrderSaga,
  heard: Set<OrderNews['news']>,
  wanted: OrderNews['news'],
  limit: TimeLimit,
): Promise<void> {
  while (!heard.has(wanted)) {
    const deadline = await saga.deadline(Number(saga.domain.config[limit.within]));
    for (
      let message = await saga.receive(deadline);
      message;
      message = heard.has(wanted) ? null : await saga.receive(deadline)
    ) {
      heard.add(message.news);
      if (heard.has('ended')) saga.refuse('ENDED');
      if (heard.has('deliveryFailed')) saga.refuse('DELIVERY_FAILED');
    }
    if (!heard.has(wanted) && (await saga.note('expire', (call) => expire(call, limit)))) saga.refuse(limit.reason);
  }
}

/**
 * Cancels an order that has not moved on from the given status. A delivery is cancelled first: food that has been
 * delivered, or that the courier has picked up while the order still waits for collection, must not be cancelled,
 * however late the event about it arrives.
 * @returns whether the order was cancelled
 */
async function expire(call: StepCall<Orders>, limit: Pick<TimeLimit, 'status' | 'reason'>): Promise<boolean> {
  const { service } = await placedOrder(call);
  const courierMayHaveIt = service === 'DELIVERY' && ['READY', 'OUT_FOR_DELIVERY'].includes(limit.status);
  const courier = { ...call, key: `${call.sagaId}:cancelDelivery` };
  if (courierMayHaveIt && !(await cancelDeliveryOf(courier, limit.reason, limit.status === 'READY'))) return false;
  const outcome = await changeOrder(
    call.domain,
    call.sagaId,
    { kind: 'expire', by: 'saga', awaiting: limit.status, reason: limit.reason },
    { causationId: call.key },
  );
  return outcome.kind === 'done';
}
