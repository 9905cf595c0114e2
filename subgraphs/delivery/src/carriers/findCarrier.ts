import type { Deliveries, DeliveryRow } from '../context.ts';
import { openDropoff } from '../dropoff.ts';
import { lockDelivery, moveDelivery } from '../moveDelivery.ts';
import type { PartnerName } from '../deliveryPartners/deliveryPartner.ts';
import { partnersOf } from '../deliveryPartners/partnersOf.ts';
import type { PartnerJobRow } from '../deliveryPartners/partnerJobs.ts';
import { offerToOwn, ruleOf, type CarrierRule } from './carrierRule.ts';
import { nextCarrier, type Tried } from './nextCarrier.ts';

/** Finds the next one who is asked to bring a delivery whose time has come, and writes it down. */
export async function findCarrier(domain: Deliveries, deliveryId: string): Promise<void> {
  const seen = await domain.db.delivery.findUnique({ where: { id: deliveryId } });
  if (!seen) return;
  const rule = await askable(domain, await ruleOf(domain.db, seen.storeId), seen);
  await domain.transaction(async (tx) => {
    const at = domain.clock();
    const delivery = await lockDelivery(tx, deliveryId);
    // Somebody has taken it meanwhile, or another process has found a carrier.
    if (delivery?.status !== 'REQUESTED' || !delivery.nextCarrierAt || delivery.nextCarrierAt > at) return;
    const jobs = await tx.partnerJob.findMany({ where: { deliveryId } });
    if (jobs.some(({ status }) => status === 'ASKING' || status === 'PLACED')) return;
    const ownCouriers = delivery.ownCouriersAsked || delivery.offeredTo === 'OWN_COURIERS';
    const next = nextCarrier(rule, { ownCouriers, partners: triedOf(jobs) });
    switch (next.kind) {
      case 'ownCouriers':
        await tx.delivery.update({ where: { id: deliveryId }, data: offerToOwn(rule, at) });
        return;
      case 'partner': {
        const dueAt = new Date(at.getTime() + next.afterMs);
        await tx.partnerJob.create({
          data: { id: domain.newId(), deliveryId, partner: next.partner, status: 'ASKING', createdAt: dueAt, dueAt },
        });
        await tx.delivery.update({
          where: { id: deliveryId },
          data: { offeredTo: 'PARTNERS', ownCouriersAsked: ownCouriers, nextCarrierAt: null },
        });
        return;
      }
      case 'nobody':
        await moveDelivery(domain, tx, delivery, { to: 'FAILED', at, reason: 'NO_COURIER' });
    }
  });
}

/** What each partner has said to a delivery so far. */
function triedOf(jobs: readonly PartnerJobRow[]): Tried['partners'] {
  const tried = new Map<PartnerName, { refused: boolean; unreached: number }>();
  for (const { partner, status } of jobs) {
    const { refused, unreached } = tried.get(partner as PartnerName) ?? { refused: false, unreached: 0 };
    tried.set(partner as PartnerName, {
      refused: refused || status !== 'UNREACHED',
      unreached: unreached + Number(status === 'UNREACHED'),
    });
  }
  return tried;
}

/**
 * The rule with the partners that there are, in the order in which they are to be asked. One that gives no quote comes
 * last, since it may be down; one that offers nothing is not asked.
 */
async function askable(domain: Deliveries, rule: CarrierRule, delivery: DeliveryRow): Promise<CarrierRule> {
  const there = partnersOf(domain);
  const partners = rule.partners.filter((name) => there[name]);
  const dropoff = openDropoff(domain, delivery);
  if ((rule.choice !== 'CHEAPEST' && rule.choice !== 'FASTEST') || partners.length < 2 || !dropoff)
    return { ...rule, partners };
  const way = { pickup: { latitude: delivery.pickupLatitude, longitude: delivery.pickupLongitude }, dropoff };
  const ranked = await Promise.all(
    partners.map(async (name, index) => {
      const quote = await there[name]!.quote(way).catch((error: unknown) => {
        domain.log.warn({ err: error, partner: name, deliveryId: delivery.id }, 'a delivery partner gives no quote');
        return null;
      });
      if (quote === null) return { name, index, rank: Number.MAX_SAFE_INTEGER };
      if (quote.kind === 'refused') return null;
      return { name, index, rank: rule.choice === 'CHEAPEST' ? quote.price : quote.arrivesAt.getTime() };
    }),
  );
  const offering = ranked
    .filter((each) => each !== null)
    .sort((one, other) => one.rank - other.rank || one.index - other.index)
    .map(({ name }) => name);
  // If none offers anything now, each says so again when it is asked, and that is kept.
  return { ...rule, partners: offering.length > 0 ? offering : partners };
}
