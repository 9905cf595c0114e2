import type { Device } from '#generated/stores/prisma/client.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { textProblem } from '#platform/subgraph/characters.ts';
import { idempotent } from '#platform/subgraph/idempotency.ts';
import { StoreDeviceEnrolled } from '#schema/events/stores.ts';
import type { InputProblem } from '../commands/editStore.ts';
import type { Stores } from '../context.ts';
import { mayManage } from '../ownership.ts';
import { readUserCode } from './userCode.ts';

export interface EnrolDevice {
  readonly idempotencyKey: string;
  readonly storeId: string;
  readonly userCode: string;
  readonly name: string;
}

type Failure =
  { readonly kind: 'codeUnknown' } | { readonly kind: 'notFound' } | ({ readonly kind: 'invalid' } & InputProblem);

export type EnrolDeviceOutcome = { readonly kind: 'done'; readonly device: Device } | Failure;

export const mostDevices = 100;
const longestName = 100;

/** Binds the device that shows a code to a store. The code is good once. */
export async function enrolDevice(
  domain: Stores,
  principal: Principal,
  { idempotencyKey: key, storeId, userCode, name }: EnrolDevice,
): Promise<EnrolDeviceOutcome> {
  if (!mayManage(principal, storeId)) return { kind: 'notFound' };
  const unfit = textProblem(name, longestName);
  if (unfit) return { kind: 'invalid', field: 'name', message: unfit };
  const now = domain.clock();
  const body = { storeId, userCode, name };
  return domain.transaction(async (tx) => {
    const outcome = await idempotent<{ readonly kind: 'done'; readonly id: string } | Failure>(
      tx,
      { principal, mutation: 'enrolDevice', key, body, now },
      async () => {
        // The lock on the store keeps two calls at once from enrolling more devices than a store may have.
        const [store] = await tx.$queryRaw<{ closed: boolean }[]>`
          SELECT "closed_at" IS NOT NULL AS "closed" FROM "store" WHERE "id" = ${storeId}::uuid FOR UPDATE`;
        if (!store) return { kind: 'notFound' };
        if (store.closed) return { kind: 'invalid', field: 'storeId', message: 'This store is closed for good.' };
        if ((await tx.device.count({ where: { storeId, revokedAt: null } })) >= mostDevices)
          return { kind: 'invalid', field: 'storeId', message: `A store has ${mostDevices} devices at most.` };
        const [device] = await tx.device.updateManyAndReturn({
          where: { userCode: readUserCode(userCode), codeEndsAt: { gt: now }, enrolledAt: null },
          data: { storeId, name, enrolledAt: now, userCode: null },
        });
        if (!device) return { kind: 'codeUnknown' };
        const { id: deviceId, role } = device;
        await domain.events.append(tx, null, [
          StoreDeviceEnrolled.of({ deviceId, storeId, role, at: now.toISOString() }),
        ]);
        return { kind: 'done', id: deviceId };
      },
    );
    if (outcome.kind !== 'done') return outcome;
    return { kind: 'done', device: await tx.device.findUniqueOrThrow({ where: { id: outcome.id } }) };
  });
}
