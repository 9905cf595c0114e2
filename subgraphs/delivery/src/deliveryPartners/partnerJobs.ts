import type { PartnerJob as PartnerJobRow } from '#generated/delivery/prisma/client.ts';
import type { Deliveries, DeliveryRow, Tx } from '../context.ts';
import { hasEnded, type DeliveryStatus } from '../delivery.ts';
import { moveDelivery } from '../moveDelivery.ts';
import type { PartnerJob } from './deliveryPartner.ts';

export type { PartnerJobRow };

/**
 * How far a job at a partner has come. `ASKING`: it was written down, and the partner may have heard of it; `PLACED`:
 * the partner has it; `CALLING_OFF`: it is to be called off, and may be at the partner. All others are final:
 * `UNREACHED`: the partner has certainly not heard of it; `REFUSED`; `CALLED_OFF`; `GIVEN_UP`: by the partner, before
 * it had the food; `DELIVERED`; `FAILED`: with the food. `NOT_CALLED_OFF`: the partner had the food already when the
 * job was to be called off. It is asked until that has ended, too: the reason is `picked_up`, and then how it ended.
 */
export type PartnerJobStatus =
  | 'ASKING'
  | 'PLACED'
  | 'CALLING_OFF'
  | 'UNREACHED'
  | 'REFUSED'
  | 'CALLED_OFF'
  | 'NOT_CALLED_OFF'
  | 'GIVEN_UP'
  | 'DELIVERED'
  | 'FAILED';

/** A partner that tells nothing of a job by itself is asked so often. */
const lookEveryMs = 60_000;
/** After so long nobody waits any more for the end of a job that could not be called off. */
const followedMs = 24 * 3_600_000;

/** Gives a job its final status. Where the partner's courier was is forgotten. */
export const settleJob = (
  domain: Deliveries,
  tx: Tx,
  jobId: string,
  status: PartnerJobStatus,
  reason: string | null = null,
): Promise<unknown> =>
  tx.partnerJob.update({
    where: { id: jobId },
    data: {
      status,
      reason,
      dueAt: null,
      settledAt: domain.clock(),
      latitude: null,
      longitude: null,
      positionAt: null,
    },
  });

/** Has a delivery brought by somebody else, since its partner does not. */
export async function findAnother(domain: Deliveries, tx: Tx, delivery: DeliveryRow): Promise<void> {
  if (hasEnded(delivery.status as DeliveryStatus) || delivery.status === 'PICKED_UP') return;
  const at = domain.clock();
  if (delivery.status === 'ASSIGNED') await moveDelivery(domain, tx, delivery, { to: 'REQUESTED', at });
  await tx.delivery.update({ where: { id: delivery.id }, data: { partner: null, nextCarrierAt: at } });
}

const reasons: Readonly<Record<string, string>> = {
  customer_not_found: 'CUSTOMER_NOT_FOUND',
  address_not_found: 'ADDRESS_NOT_FOUND',
  refused: 'REFUSED_BY_CUSTOMER',
  food_damaged: 'FOOD_DAMAGED',
};

/**
 * Takes over what the partner says of a job, under the delivery's lock. News that is old or comes twice changes
 * nothing. What has happened wins over what is decided: a job that was to be called off, but is done, is done.
 */
export async function takeOver(
  domain: Deliveries,
  tx: Tx,
  job: PartnerJobRow,
  delivery: DeliveryRow,
  told: PartnerJob,
): Promise<void> {
  const status = job.status as PartnerJobStatus;
  if (status === 'CALLING_OFF' || (status === 'NOT_CALLED_OFF' && job.settledAt === null))
    return takeOverCallOff(domain, tx, job, told);
  if (status !== 'ASKING' && status !== 'PLACED') return;
  const at = domain.clock();
  switch (told.status) {
    case 'CANCELLED':
      await settleJob(domain, tx, job.id, 'GIVEN_UP', told.reason ?? 'cancelled');
      return findAnother(domain, tx, delivery);
    case 'FAILED':
      if (delivery.status !== 'PICKED_UP') {
        await settleJob(domain, tx, job.id, 'GIVEN_UP', told.reason);
        return findAnother(domain, tx, delivery);
      }
      await settleJob(domain, tx, job.id, 'FAILED', told.reason);
      await moveDelivery(domain, tx, delivery, {
        to: 'FAILED',
        at,
        reason: reasons[told.reason ?? ''] ?? 'COURIER_UNABLE',
      });
      return;
    case 'DELIVERED':
      await settleJob(domain, tx, job.id, 'DELIVERED');
      await moveUpTo(domain, tx, delivery, 'DELIVERED', job.partner);
      return;
    default:
      await tx.partnerJob.update({
        where: { id: job.id },
        data: {
          status: 'PLACED',
          perhapsHeard: true,
          tries: 0,
          dueAt: new Date(at.getTime() + lookEveryMs),
          ...positionIn(job, told),
        },
      });
      await moveUpTo(domain, tx, delivery, told.status === 'PENDING' ? 'REQUESTED' : told.status, job.partner);
  }
}

/**
 * A job that was to be called off ends when the partner says that it has. With the food on its way, that is too late.
 */
async function takeOverCallOff(domain: Deliveries, tx: Tx, job: PartnerJobRow, told: PartnerJob): Promise<void> {
  const now = domain.clock();
  const tooLate = job.status === 'NOT_CALLED_OFF';
  switch (told.status) {
    case 'PENDING':
    case 'ASSIGNED':
      // It is asked again when it is due: the partner may still call it off.
      return;
    case 'CANCELLED':
    case 'FAILED':
      await (tooLate
        ? settleJob(domain, tx, job.id, 'NOT_CALLED_OFF', told.status.toLowerCase())
        : settleJob(domain, tx, job.id, 'CALLED_OFF'));
      return;
    case 'DELIVERED':
      await settleJob(domain, tx, job.id, 'NOT_CALLED_OFF', 'delivered');
      return;
    case 'PICKED_UP':
      if (now.getTime() - job.createdAt.getTime() > followedMs)
        await settleJob(domain, tx, job.id, 'NOT_CALLED_OFF', 'never_ended');
      else
        await tx.partnerJob.update({
          where: { id: job.id },
          data: { status: 'NOT_CALLED_OFF', reason: 'picked_up', dueAt: new Date(now.getTime() + lookEveryMs) },
        });
      if (!tooLate)
        domain.log.warn(
          { jobId: job.id, partner: job.partner, deliveryId: job.deliveryId },
          'a job cannot be called off: the partner has the food',
        );
  }
}

function positionIn({ positionAt }: PartnerJobRow, { position }: PartnerJob) {
  if (!position || (positionAt && position.at <= positionAt)) return {};
  return { latitude: position.latitude, longitude: position.longitude, positionAt: position.at };
}

const order: readonly DeliveryStatus[] = ['REQUESTED', 'ASSIGNED', 'PICKED_UP', 'DELIVERED'];

/** Brings a delivery to a status, through each on the way: who follows the order hears of all of them. */
async function moveUpTo(
  domain: Deliveries,
  tx: Tx,
  delivery: DeliveryRow,
  to: DeliveryStatus,
  partner: string,
): Promise<void> {
  if (hasEnded(delivery.status as DeliveryStatus)) return;
  const at = domain.clock();
  let moving = delivery;
  if (delivery.partner !== partner)
    moving = await tx.delivery.update({ where: { id: delivery.id }, data: { partner, nextCarrierAt: null } });
  for (const next of order.slice(order.indexOf(moving.status as DeliveryStatus) + 1, order.indexOf(to) + 1))
    moving = await moveDelivery(domain, tx, moving, { to: next, at });
}
