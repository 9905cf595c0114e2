import { isId } from '#platform/domain/id.ts';
import type { Deliveries } from '../context.ts';
import { lookUp } from '../deliveryPartners/askPartner.ts';
import type { PartnerName } from '../deliveryPartners/deliveryPartner.ts';
import { partnersOf } from '../deliveryPartners/partnersOf.ts';

/**
 * A partner says that something has become of a job. What, the partner is asked: so a notice that is late, comes twice
 * or out of order, or before the answer to the request that made the job, does no harm.
 * @returns false if there is no such job at this partner
 * @throws CounterpartUnavailable when the partner does not answer
 */
export async function notePartnerJob(domain: Deliveries, name: PartnerName, reference: string): Promise<boolean> {
  const job = isId(reference) ? await domain.db.partnerJob.findUnique({ where: { id: reference } }) : null;
  if (job?.partner !== name) return false;
  const partner = partnersOf(domain)[name];
  if (!partner) return false;
  if (job.settledAt === null) await lookUp(domain, partner, job);
  return true;
}
