import type { Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import type { Deliveries, DeliveryRow } from '../context.ts';
import { accept, carried, type DeliveryState } from '../delivery.ts';
import { lockDelivery, moveDelivery } from '../moveDelivery.ts';
import { courierOf } from '../ownership.ts';

export type AcceptJobOutcome =
  | { readonly kind: 'done'; readonly delivery: DeliveryRow }
  | { readonly kind: 'notFound' | 'taken' | 'unavailable' | 'tooManyJobs' | 'courierUnknown' };

const refusals = { TAKEN: 'taken', UNAVAILABLE: 'unavailable', TOO_MANY_JOBS: 'tooManyJobs' } as const;

/**
 * Gives an open job to the courier who asks first. Couriers who come later are answered that it is taken; the courier
 * who has it already gets a success again.
 */
export async function acceptJob(
  domain: Deliveries,
  principal: Principal,
  deliveryId: string,
): Promise<AcceptJobOutcome> {
  const courierId = courierOf(principal);
  if (!courierId) return { kind: 'courierUnknown' };
  if (!isId(deliveryId)) return { kind: 'notFound' };
  return domain.transaction<AcceptJobOutcome>(async (tx) => {
    // The courier's row is locked first: otherwise two jobs that a courier accepts at once could both count the same
    // number of jobs and exceed the limit.
    await tx.$queryRaw`SELECT 1 FROM courier WHERE id = ${courierId}::uuid FOR UPDATE`;
    const courier = await tx.courier.findUnique({ where: { id: courierId } });
    if (!courier) return { kind: 'courierUnknown' };
    const delivery = await lockDelivery(tx, deliveryId);
    if (!delivery) return { kind: 'notFound' };
    const jobs = await tx.delivery.count({ where: { courierId, status: { in: [...carried] } } });
    const decision = accept(delivery as DeliveryState, courierId, { available: courier.available, jobs });
    switch (decision.kind) {
      case 'done':
        return { kind: 'done', delivery };
      case 'move':
        return {
          kind: 'done',
          delivery: await moveDelivery(domain, tx, delivery, { to: decision.to, at: domain.clock(), courierId }),
        };
      case 'refused':
        return { kind: refusals[decision.why] };
    }
  });
}
