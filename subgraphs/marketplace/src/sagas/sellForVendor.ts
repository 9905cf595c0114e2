import { defineSaga } from '#platform/sagas/defineSaga.ts';
import type { Refused, Saga, SagaStep, StepCall } from '#platform/sagas/saga.ts';
import { fulfilmentSecondsOf } from '../config.ts';
import type { Marketplace } from '../context.ts';
import { enter } from '../entries.ts';
import { isFinal, mayBecome, type MarketplaceOrderStatus } from '../order.ts';
import { lockOrder, move, moneyMoved, tell } from '../record.ts';
import { authorise, capture, refund, voidHeld } from './payment.ts';

/** The news that the saga waits for, which a consumer of the order's own events sends. */
export interface SaleNews {
  readonly news: 'accepted' | 'fulfilled' | 'ended';
}

type Call = StepCall<Marketplace>;

/** The steps of the saga, each beside its compensation (undo), as those of a restaurant's order are. */
const steps = {
  authorise: {
    run: async (call) => authorise(call.domain, await orderOf(call)),
    undo: ['void', (call) => voidHeld(call.domain, call.sagaId)],
  },
  /** Tells the vendor. It needs no undo: when the order ends, that is told, too. */
  offer: { run: offer },
  capture: {
    run: (call) => capture(call.domain, call.sagaId),
    undo: ['refund', (call) => refund(call.domain, call.sagaId)],
    replaces: 'authorise',
  },
  split: { run: split, undo: ['takeBack', takeBack] },
} satisfies Record<string, SagaStep<Marketplace>>;

type SaleSaga = Saga<Marketplace, keyof typeof steps, SaleNews>;

/**
 * The saga of an order from a vendor: the money is held, the vendor is told and accepts, the money is taken and split,
 * and the vendor fulfils the order. The saga's id is the order's id.
 */
export const sellForVendorSaga = defineSaga<Marketplace, Record<string, never>, SaleNews, typeof steps>({
  name: 'sellForVendor',
  steps,
  async run(saga) {
    await saga.do('authorise');
    await saga.do('offer');
    const answerBy = await saga.note('answerBy', async (call) => {
      const order = await orderOf(call);
      return order.answerBy?.getTime() ?? call.domain.clock().getTime();
    });
    const heard = new Set<SaleNews['news']>();
    await waitFor(saga, heard, { wanted: 'accepted', status: 'OFFERED', reason: 'VENDOR_SILENT' }, answerBy);
    await saga.do('capture');
    await saga.do('split');
    const fulfilBy = await saga.deadline(fulfilmentSecondsOf(saga.domain));
    await waitFor(saga, heard, { wanted: 'fulfilled', status: 'ACCEPTED', reason: 'NOT_FULFILLED' }, fulfilBy);
    await saga.note('forgetPaymentMethod', forgetPaymentMethod);
  },
  /** Ends the order first, and so tells once that it came to nothing; what was done is undone after it. */
  async refused(saga, reason) {
    await saga.note('end', async (call) => {
      await end(call, reason);
    });
    await saga.note('forgetPaymentMethod', forgetPaymentMethod);
  },
});

interface Wait {
  readonly wanted: 'accepted' | 'fulfilled';
  /** The status in which the order waits for the news. */
  readonly status: MarketplaceOrderStatus;
  /** Why the order ends when the news does not come in time. */
  readonly reason: string;
}

/**
 * Waits until the wanted news has arrived. When time is up, the order itself decides: if it has moved on in the last
 * moment, the news is on its way and the wait goes on.
 */
async function waitFor(saga: SaleSaga, heard: Set<SaleNews['news']>, wait: Wait, until: number): Promise<void> {
  let deadline = until;
  while (!heard.has(wait.wanted)) {
    const message = await saga.receive(deadline);
    if (message) heard.add(message.news);
    else if (await saga.note('expire', (call) => expire(call, wait))) saga.refuse(wait.reason);
    else deadline = await saga.deadline(5);
    if (heard.has('ended')) saga.refuse('ENDED');
  }
}

const orderOf = ({ domain, sagaId }: Call) => domain.db.marketplaceOrder.findUniqueOrThrow({ where: { id: sagaId } });

/** Tells the vendor, and says until when they may accept. It is refused when the customer was faster. */
function offer({ domain, sagaId }: Call): Promise<Refused | void> {
  return domain.transaction(async (tx) => {
    const order = await lockOrder(tx, sagaId);
    if (!order) throw new Error('the order of the saga does not exist');
    if (isFinal(order.status)) return { refused: 'ENDED' };
    if (!mayBecome(order.status, 'OFFERED')) return undefined;
    const { answerMinutes } = await tx.vendor.findUniqueOrThrow({ where: { id: order.vendorId } });
    const answerBy = new Date(domain.clock().getTime() + answerMinutes * 60_000);
    await move(domain, tx, order, 'OFFERED', { answerBy });
    return undefined;
  });
}

/** Ends an order that still has the status in which it waited. @returns whether it has ended so */
function expire({ domain, sagaId }: Call, { status, reason }: Wait): Promise<boolean> {
  return domain.transaction(async (tx) => {
    const order = await lockOrder(tx, sagaId);
    if (order?.status === 'CANCELLED' && order.reason === reason) return true;
    if (order?.status !== status) return false;
    await move(domain, tx, order, 'CANCELLED', { reason });
    return true;
  });
}

/** Ends what has not ended yet. A second call finds it told. */
function end({ domain, sagaId }: Call, reason: string): Promise<void> {
  return domain.transaction(async (tx) => {
    const order = await lockOrder(tx, sagaId);
    if (!order || isFinal(order.status)) return;
    await move(domain, tx, order, 'CANCELLED', { reason });
  });
}

/** Enters the vendor's share, once. It counts for payouts when the order is fulfilled. */
function split({ domain, sagaId }: Call): Promise<void> {
  return domain.transaction(async (tx) => {
    const order = await lockOrder(tx, sagaId);
    if (!order) throw new Error('the order of the saga does not exist');
    if ((await tx.vendorEntry.count({ where: { orderId: sagaId, kind: 'SHARE' } })) > 0) return;
    await enter(domain, tx, {
      vendorId: order.vendorId,
      orderId: sagaId,
      kind: 'SHARE',
      amount: order.vendorShare,
      payable: false,
    });
    await tell(domain, tx, order, [moneyMoved(order, 'SPLIT', order, domain.clock())]);
  });
}

/** Takes the vendor's share back, once, of an order that was not fulfilled and is paid back as a whole. */
function takeBack({ domain, sagaId }: Call): Promise<void> {
  return domain.transaction(async (tx) => {
    const order = await lockOrder(tx, sagaId);
    if (!order) throw new Error('the order of the saga does not exist');
    if ((await tx.vendorEntry.count({ where: { orderId: sagaId, kind: 'TAKEN_BACK' } })) > 0) return;
    const { vendorId, vendorShare } = order;
    await enter(domain, tx, { vendorId, orderId: sagaId, kind: 'TAKEN_BACK', amount: -vendorShare, payable: false });
    await tell(domain, tx, order, [moneyMoved(order, 'REFUNDED', order, domain.clock())]);
  });
}

/** Deletes the provider's token; it is kept until the saga ends, since an authorisation may be tried again. */
async function forgetPaymentMethod({ domain, sagaId }: Call): Promise<void> {
  await domain.db.marketplaceOrder.update({ where: { id: sagaId }, data: { methodToken: null } });
}
