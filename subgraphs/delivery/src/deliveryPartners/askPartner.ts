import type { z } from 'zod';
import { CustomerQueryService } from '#generated/proto/drburger/customers/v1/customers_pb.ts';
import { failPoint } from '#platform/faults/failPoint.ts';
import { CounterpartUnavailable } from '#platform/outward/outward.ts';
import type { config } from '../config.ts';
import type { Deliveries, DeliveryRow, Tx } from '../context.ts';
import { openDropoff } from '../dropoff.ts';
import { lockDelivery } from '../moveDelivery.ts';
import type { CreateAnswer, DeliveryPartner, PartnerJob, PartnerName, Recipient } from './deliveryPartner.ts';
import { findAnother, settleJob, takeOver, type PartnerJobRow } from './partnerJobs.ts';
import { partnersOf } from './partnersOf.ts';

/** If the process dies meanwhile, another one asks after so long. */
const leaseMs = 20_000;
/** For so long after a job was written down, a request about it may be under way. */
const stragglersMs = 300_000;
const pauseMs = (tries: number): number => Math.min(2_000 * 2 ** Math.min(tries, 10), 60_000);

/**
 * Does what is due for a job: asks its partner to take it, what has become of it, or to call it off. All of that may be
 * repeated and interrupted: that the partner may hear of a job is written down before it is asked.
 */
export async function askPartner(domain: Deliveries, jobId: string): Promise<void> {
  const now = domain.clock();
  const [job] = await domain.db.partnerJob.updateManyAndReturn({
    where: { id: jobId, dueAt: { lte: now } },
    data: { dueAt: new Date(now.getTime() + leaseMs), tries: { increment: 1 } },
  });
  if (!job) return;
  const partner = partnersOf(domain)[job.partner as PartnerName];
  try {
    if (!partner) throw new Error(`There is no address of the delivery partner ${job.partner} any more.`);
    if (job.status === 'ASKING') await place(domain, partner, job);
    else if (job.status === 'CALLING_OFF') await callOff(domain, partner, job);
    else await lookUp(domain, partner, job);
  } catch (error) {
    const log = error instanceof CounterpartUnavailable ? 'warn' : 'error';
    domain.log[log]({ err: error, jobId, partner: job.partner, deliveryId: job.deliveryId }, 'a job is unanswered');
    await tryLater(domain, job);
  }
}

/** Changes a job under the lock of its delivery, as both are then. */
export const withJob = <Result>(
  domain: Deliveries,
  { id, deliveryId }: Pick<PartnerJobRow, 'id' | 'deliveryId'>,
  work: (tx: Tx, job: PartnerJobRow, delivery: DeliveryRow) => Promise<Result>,
): Promise<Result> =>
  domain.transaction(async (tx) => {
    const delivery = (await lockDelivery(tx, deliveryId))!;
    return work(tx, await tx.partnerJob.findUniqueOrThrow({ where: { id } }), delivery);
  });

/** Asks the partner what has become of a job, and takes it over. Returns null if the partner does not know it. */
export async function lookUp(
  domain: Deliveries,
  partner: DeliveryPartner,
  job: PartnerJobRow,
): Promise<PartnerJob | null> {
  const told = await partner.find(job.id);
  if (told) await withJob(domain, job, (tx, known, delivery) => takeOver(domain, tx, known, delivery, told));
  return told;
}

async function place(domain: Deliveries, partner: DeliveryPartner, job: PartnerJobRow): Promise<void> {
  if (job.perhapsHeard && (await lookUp(domain, partner, job))) return;
  const { delivery } = await domain.db.partnerJob.findUniqueOrThrow({
    where: { id: job.id },
    include: { delivery: true },
  });
  const dropoff = openDropoff(domain, delivery);
  const recipient = await recipientOf(domain, delivery);
  const { count } = await domain.db.partnerJob.updateMany({
    where: { id: job.id, status: 'ASKING' },
    data: { perhapsHeard: true },
  });
  if (count === 0) return;
  failPoint('delivery.jobWritten');
  let answer: CreateAnswer | 'unreached';
  if (!dropoff || !recipient) answer = { kind: 'refused', reason: 'no_address' };
  else
    try {
      answer = await partner.create({
        reference: job.id,
        pickup: { latitude: delivery.pickupLatitude, longitude: delivery.pickupLongitude },
        dropoff,
        recipient,
        promisedAt: delivery.promisedAt,
      });
    } catch (error) {
      // Only a partner that cannot have heard of the job leaves it to others at once.
      if (!(error instanceof CounterpartUnavailable) || error.perhapsDone || job.perhapsHeard) throw error;
      answer = 'unreached';
    }
  failPoint('delivery.partnerAnswered');
  await withJob(domain, job, async (tx, known, current) => {
    if (answer !== 'unreached' && answer.kind === 'placed') return takeOver(domain, tx, known, current, answer.job);
    // The delivery was cancelled, or others were asked meanwhile.
    if (known.status === 'CALLING_OFF') return void (await settleJob(domain, tx, job.id, 'CALLED_OFF'));
    if (known.status !== 'ASKING') return;
    if (answer === 'unreached') await settleJob(domain, tx, job.id, 'UNREACHED');
    else await settleJob(domain, tx, job.id, 'REFUSED', answer.reason);
    await findAnother(domain, tx, current);
  });
}

/** Calls a job off at its partner, and takes over what the partner says when that comes too late. */
export async function callOff(domain: Deliveries, partner: DeliveryPartner, job: PartnerJobRow): Promise<void> {
  failPoint('delivery.callingOff');
  const answer = await partner.cancel(job.id);
  failPoint('delivery.calledOff');
  if (answer === 'gone') {
    const told = await lookUp(domain, partner, job);
    domain.log.warn({ jobId: job.id, partner: job.partner, status: told?.status }, 'a job was called off too late');
    return;
  }
  await withJob(domain, job, async (tx, known) => {
    const now = domain.clock();
    if (known.status !== 'CALLING_OFF') return;
    // A request that was sent earlier may still arrive: so the partner is asked again for a while.
    const mayArrive = known.perhapsHeard && now.getTime() - known.createdAt.getTime() < stragglersMs;
    if (answer === 'unknown' && mayArrive)
      await tx.partnerJob.update({
        where: { id: job.id },
        data: { dueAt: new Date(now.getTime() + pauseMs(job.tries)) },
      });
    else await settleJob(domain, tx, job.id, 'CALLED_OFF');
  });
}

/** The person at the door, who is asked for at this moment; null if they were erased. */
async function recipientOf(domain: Deliveries, delivery: DeliveryRow): Promise<Recipient | null> {
  const { customerId, addressVersionId } = delivery;
  const { doorsteps } = await domain.rpc
    .client(CustomerQueryService)
    .getDoorsteps({ addresses: [{ customerId, addressVersionId }] });
  const [door] = doorsteps;
  if (!door?.found) return null;
  const { givenName, phone, line1, line2, postalCode, city, instructions } = door;
  const address = [line1, line2, `${postalCode} ${city}`, instructions].filter((part) => part !== '').join(', ');
  return { name: givenName, phone: phone === '' ? null : phone, address };
}

/**
 * A partner that may have the job is asked again, but others are not kept waiting for ever: then the job is called off
 * as soon as the partner answers, and somebody else brings the food.
 */
async function tryLater(domain: Deliveries, job: PartnerJobRow): Promise<void> {
  const { DELIVERY_PARTNER_PATIENCE_SECONDS: patience } = domain.config as z.output<typeof config>;
  await withJob(domain, job, async (tx, known, delivery) => {
    const now = domain.clock();
    if (known.dueAt === null) return;
    const lost = known.status === 'ASKING' && now.getTime() - known.createdAt.getTime() > patience * 1_000;
    await tx.partnerJob.update({
      where: { id: job.id },
      data: { dueAt: new Date(now.getTime() + pauseMs(job.tries)), ...(lost && { status: 'CALLING_OFF' }) },
    });
    if (lost) await findAnother(domain, tx, delivery);
  });
}
