import DataLoader from 'dataloader';
import type { Courier, PartnerJob } from '#generated/delivery/prisma/client.ts';
import { CustomerQueryService } from '#generated/proto/drburger/customers/v1/customers_pb.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import type { Deliveries, DeliveryRow } from './context.ts';
import { findCourierAccess, noAccess, type CourierAccess } from './courierAccess.ts';

export interface Doorstep {
  readonly givenName: string;
  readonly phone: string | null;
  readonly line1: string;
  readonly line2: string | null;
  readonly postalCode: string;
  readonly city: string;
  readonly instructions: string | null;
}

/**
 * All loaders give null for a row that does not exist and for a malformed id. Apart from `courierAccess` they do not
 * check whose data may be read: whoever calls them has to.
 */
export interface Loaders {
  readonly deliveryById: DataLoader<string, DeliveryRow | null>;
  readonly deliveryByOrder: DataLoader<string, DeliveryRow | null>;
  readonly courierById: DataLoader<string, Courier | null>;
  /** The job that a partner has of a delivery. */
  readonly partnerJobOf: DataLoader<string, PartnerJob | null>;
  /** What the caller may see of a courier. */
  readonly courierAccess: DataLoader<string, CourierAccess>;
  /** Whether the food of an order is ready. */
  readonly orderReady: DataLoader<string, boolean>;
  /** Read from the customers domain on every request, and never stored here. */
  readonly doorstepOf: DataLoader<DeliveryRow, Doorstep | null>;
}

const batch = <Row, Missing>(
  load: (keys: string[]) => Promise<readonly (readonly [string, Row])[]>,
  missing: Missing,
): DataLoader<string, Row | Missing> =>
  new DataLoader(async (keys) => {
    const found = new Map(await load(keys.filter(isId)));
    return keys.map((key) => found.get(key) ?? missing);
  });

export function loaders(domain: Deliveries, principal: Principal): Loaders {
  const { db } = domain;
  return {
    deliveryById: batch(
      async (ids) => (await db.delivery.findMany({ where: { id: { in: ids } } })).map((row) => [row.id, row] as const),
      null,
    ),
    deliveryByOrder: batch(
      async (ids) =>
        (await db.delivery.findMany({ where: { orderId: { in: ids } } })).map((row) => [row.orderId, row] as const),
      null,
    ),
    courierById: batch(
      async (ids) => (await db.courier.findMany({ where: { id: { in: ids } } })).map((row) => [row.id, row] as const),
      null,
    ),
    partnerJobOf: batch(
      async (ids) =>
        (await db.partnerJob.findMany({ where: { deliveryId: { in: ids }, status: 'PLACED' } })).map(
          (row) => [row.deliveryId, row] as const,
        ),
      null,
    ),
    courierAccess: batch(async (ids) => [...(await findCourierAccess(domain, principal, ids))], noAccess),
    orderReady: batch(
      async (ids) =>
        (await db.orderNote.findMany({ where: { orderId: { in: ids }, readyAt: { not: null } } })).map(
          (row) => [row.orderId, true] as const,
        ),
      false,
    ),
    doorstepOf: new DataLoader((deliveries) => findDoorsteps(domain, deliveries), { maxBatchSize: 100 }),
  };
}

const orNull = (text: string): string | null => (text === '' ? null : text);

async function findDoorsteps(domain: Deliveries, deliveries: readonly DeliveryRow[]): Promise<(Doorstep | null)[]> {
  const { doorsteps } = await domain.rpc.client(CustomerQueryService).getDoorsteps({
    addresses: deliveries.map(({ customerId, addressVersionId }) => ({ customerId, addressVersionId })),
  });
  return deliveries.map((_delivery, index) => {
    const door = doorsteps[index];
    if (!door?.found) return null;
    const { givenName, line1, postalCode, city } = door;
    return {
      givenName,
      line1,
      postalCode,
      city,
      phone: orNull(door.phone),
      line2: orNull(door.line2),
      instructions: orNull(door.instructions),
    };
  });
}
