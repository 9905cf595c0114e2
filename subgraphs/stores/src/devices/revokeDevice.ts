import type { Device } from '#generated/stores/prisma/client.ts';
import { isId } from '#platform/domain/id.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { requireIdempotencyKey } from '#platform/subgraph/idempotency.ts';
import { StoreDeviceRevoked } from '#schema/events/stores.ts';
import type { Stores } from '../context.ts';
import { mayManage } from '../ownership.ts';

export type RevokeDeviceOutcome = { readonly kind: 'done'; readonly device: Device } | { readonly kind: 'notFound' };

/** Ends the access of a device for good. Repeating it, with whichever key, changes nothing. */
export async function revokeDevice(
  domain: Stores,
  principal: Principal,
  { idempotencyKey, deviceId }: { readonly idempotencyKey: string; readonly deviceId: string },
): Promise<RevokeDeviceOutcome> {
  requireIdempotencyKey(idempotencyKey);
  if (!isId(deviceId)) return { kind: 'notFound' };
  const now = domain.clock();
  return domain.transaction(async (tx) => {
    const [found] = await tx.$queryRaw<{ storeId: string | null; revokedAt: Date | null }[]>`
      SELECT "store_id" AS "storeId", "revoked_at" AS "revokedAt" FROM "device" WHERE "id" = ${deviceId}::uuid FOR UPDATE`;
    if (!found?.storeId || !mayManage(principal, found.storeId)) return { kind: 'notFound' };
    if (!found.revokedAt) {
      await tx.device.update({ where: { id: deviceId }, data: { revokedAt: now } });
      await domain.events.append(tx, null, [
        StoreDeviceRevoked.of({ deviceId, storeId: found.storeId, at: now.toISOString() }),
      ]);
    }
    return { kind: 'done', device: await tx.device.findUniqueOrThrow({ where: { id: deviceId } }) };
  });
}
