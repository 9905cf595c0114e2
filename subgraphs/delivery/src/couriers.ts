import type { SqlTx } from '#platform/events/sqlTx.ts';
import { recordEdits } from '#platform/subgraph/edits.ts';
import { pagedList, sortable } from '#platform/subgraph/connection.ts';
import { DeliveryCourierChanged } from '#schema/events/delivery.ts';
import type { Deliveries } from './context.ts';

export const courierList = pagedList('couriers', [sortable.id]);

export interface CourierChange {
  readonly id: string;
  readonly kind: 'CREATED' | 'CHANGED' | 'DEACTIVATED' | 'REACTIVATED';
  /** The version that the courier has since then. */
  readonly version: number;
  readonly fields: readonly string[];
}

/** The name under which the changes of a courier are remembered. */
export const courierSubject = (id: string): string => `COURIER:${id}`;

/** Remembers that couriers are new or changed, and tells of it. */
export async function recordCouriers(
  domain: Deliveries,
  tx: SqlTx,
  changes: readonly CourierChange[],
  at: Date,
): Promise<void> {
  if (changes.length === 0) return;
  await recordEdits(
    tx,
    changes.map(({ id, version, fields }) => ({ subject: courierSubject(id), version, fields })),
    at,
  );
  await domain.events.appendAll(
    tx,
    changes.map(({ id, kind }) => ({
      expectedVersion: null,
      events: [DeliveryCourierChanged.of({ courierId: id, kind, at: at.toISOString() })],
    })),
  );
}
