import { firstOffer, ruleOf } from '../carriers/carrierRule.ts';
import type { Deliveries } from '../context.ts';
import { sealDropoff } from '../dropoff.ts';
import { moveDelivery, appendStatusChange } from '../moveDelivery.ts';
import { lockOrderNote } from '../orderNote.ts';
import { distanceMetres, type Position } from '../quote.ts';

export interface Dispatch {
  readonly orderId: string;
  readonly storeId: string;
  readonly customerId: string;
  readonly addressVersionId: string;
  readonly pickup: Position;
  readonly dropoff: Position;
  readonly promisedAt: Date;
}

/**
 * Creates the delivery of an order and returns its id; once per order, however often it is called. When the order was
 * cancelled before this call arrived, the delivery is created and cancelled at once.
 */
export async function dispatch(domain: Deliveries, { pickup, dropoff, ...asked }: Dispatch): Promise<string> {
  return domain.transaction(async (tx) => {
    const note = await lockOrderNote(tx, asked.orderId);
    const known = await tx.delivery.findUnique({ where: { orderId: asked.orderId }, select: { id: true } });
    if (known) return known.id;
    const id = domain.newId();
    const at = domain.clock();
    const delivery = await tx.delivery.create({
      data: {
        ...asked,
        id,
        status: 'REQUESTED',
        requestedAt: at,
        ...sealDropoff(domain, id, dropoff),
        pickupLatitude: pickup.latitude,
        pickupLongitude: pickup.longitude,
        distanceMetres: distanceMetres(pickup, dropoff),
        ...firstOffer(await ruleOf(tx, asked.storeId), at),
      },
    });
    await appendStatusChange(domain, tx, delivery, null, at);
    if (note.calledOffAt) await moveDelivery(domain, tx, delivery, { to: 'CANCELLED', at, reason: 'ORDER_CALLED_OFF' });
    return id;
  });
}
