import { isId } from '#platform/domain/id.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { offerToOwn, ruleOf } from '../carriers/carrierRule.ts';
import type { Deliveries } from '../context.ts';
import { giveBack, type DeliveryState, type DeliveryStatus } from '../delivery.ts';
import { lockDelivery, moveDelivery } from '../moveDelivery.ts';
import { courierOf } from '../ownership.ts';

export type GiveBackJobOutcome =
  | { readonly kind: 'done'; readonly deliveryId: string }
  | { readonly kind: 'notPossible'; readonly status: DeliveryStatus }
  | { readonly kind: 'notFound' };

/**
 * Takes a job from its courier, who cannot do it: it is offered to the other couriers, and when none of them takes it
 * in time, to the partners of the store. Giving back again what was given back succeeds and changes nothing.
 */
export async function giveBackJob(
  domain: Deliveries,
  principal: Principal,
  deliveryId: string,
): Promise<GiveBackJobOutcome> {
  const courierId = courierOf(principal);
  if (!courierId || !isId(deliveryId)) return { kind: 'notFound' };
  return domain.transaction<GiveBackJobOutcome>(async (tx) => {
    const delivery = await lockDelivery(tx, deliveryId);
    if (!delivery) return { kind: 'notFound' };
    const decision = giveBack(delivery as DeliveryState, courierId);
    if (decision.kind === 'refused') {
      if (decision.why === 'NOT_POSSIBLE') return { kind: 'notPossible', status: delivery.status as DeliveryStatus };
      return delivery.givenBackBy.includes(courierId) ? { kind: 'done', deliveryId } : { kind: 'notFound' };
    }
    const at = domain.clock();
    await moveDelivery(domain, tx, delivery, { to: 'REQUESTED', at });
    await tx.delivery.update({
      where: { id: deliveryId },
      data: {
        ...offerToOwn(await ruleOf(tx, delivery.storeId), at),
        ownCouriersAsked: false,
        givenBackBy: [...new Set([...delivery.givenBackBy, courierId])],
      },
    });
    return { kind: 'done', deliveryId };
  });
}
