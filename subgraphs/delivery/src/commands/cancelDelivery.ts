import { CounterpartUnavailable } from '#platform/outward/outward.ts';
import type { Deliveries, DeliveryRow, Tx } from '../context.ts';
import { cancel, type DeliveryState } from '../delivery.ts';
import { lockDelivery, moveDelivery } from '../moveDelivery.ts';
import { lockOrderNote } from '../orderNote.ts';
import { lookUp } from '../deliveryPartners/askPartner.ts';
import type { PartnerName } from '../deliveryPartners/deliveryPartner.ts';
import type { PartnerJobRow } from '../deliveryPartners/partnerJobs.ts';
import { partnersOf } from '../deliveryPartners/partnersOf.ts';

export interface CancelDelivery {
  readonly orderId: string;
  readonly reason: string;
  readonly unlessPickedUp: boolean;
}

/**
 * Cancels the delivery of an order. Returns false when that is no longer possible: see `cancel`. An order without a
 * delivery is remembered as cancelled, so that a dispatch that arrives later creates a cancelled delivery.
 *
 * With `unlessPickedUp`, a partner that has the job decides, since only it knows where the food is.
 * @throws CounterpartUnavailable when that partner does not answer: nothing was cancelled here, and a later call tells
 */
export async function cancelDelivery(domain: Deliveries, command: CancelDelivery): Promise<boolean> {
  const { orderId, unlessPickedUp } = command;
  const asked = unlessPickedUp ? await placedAt(domain, orderId) : null;
  if (asked) await takeBack(domain, asked);
  return domain.transaction(async (tx) => {
    const at = domain.clock();
    await lockOrderNote(tx, orderId);
    const found = await tx.delivery.findUnique({ where: { orderId }, select: { id: true } });
    const delivery = found && (await lockDelivery(tx, found.id));
    const decision = delivery ? cancel(delivery as DeliveryState, command) : { kind: 'done' as const };
    if (decision.kind === 'refused') return false;
    await tx.orderNote.updateMany({ where: { orderId, calledOffAt: null }, data: { calledOffAt: at } });
    if (delivery && decision.kind === 'move') await end(domain, tx, delivery, command.reason || 'ORDER_CALLED_OFF', at);
    return true;
  });
}

/** Cancels the delivery, and has its partner told by `askPartner`, however long the partner does not answer. */
async function end(domain: Deliveries, tx: Tx, delivery: DeliveryRow, reason: string, at: Date): Promise<void> {
  await tx.partnerJob.updateMany({
    where: { deliveryId: delivery.id, status: { in: ['ASKING', 'PLACED'] } },
    data: { status: 'CALLING_OFF', dueAt: at, tries: 0 },
  });
  await moveDelivery(domain, tx, delivery, { to: 'CANCELLED', at, reason });
}

/** The job that a partner has for an order, if its courier does not have the food yet as far as is known here. */
const placedAt = (domain: Deliveries, orderId: string): Promise<PartnerJobRow | null> =>
  domain.db.partnerJob.findFirst({
    where: { status: 'PLACED', delivery: { orderId, status: { in: ['REQUESTED', 'ASSIGNED'] } } },
  });

/** Takes a job back from its partner; one whose food is on its way stays, and the delivery says so afterwards. */
async function takeBack(domain: Deliveries, job: PartnerJobRow): Promise<void> {
  const partner = partnersOf(domain)[job.partner as PartnerName];
  if (!partner) throw new CounterpartUnavailable(`Nobody knows the address of ${job.partner}.`, 'failed', false);
  if ((await partner.cancel(job.id)) === 'gone') await lookUp(domain, partner, job);
}
