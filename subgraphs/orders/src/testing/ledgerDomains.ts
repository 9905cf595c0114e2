import type pg from 'pg';
import { DeliveryCommandService } from '#generated/proto/drburger/delivery/v1/delivery_pb.ts';
import {
  InventoryCommandService,
  ReserveResult_Outcome as Reserved,
} from '#generated/proto/drburger/inventory/v1/inventory_pb.ts';
import {
  PaymentCommandService,
  PaymentResult_Outcome as Paid,
} from '#generated/proto/drburger/payments/v1/payments_pb.ts';
import { service, type RpcService } from '#platform/rpc/service.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { answeringDomains, rareItem, usualAnswers } from './otherDomains.ts';

/** One operation that another domain carried out for an order; there is at most one for each idempotency key. */
export interface LedgerEntry {
  readonly operation: string;
  readonly amount: number;
}

export const ledgerTable = `CREATE TABLE IF NOT EXISTS ledger (
  id bigserial PRIMARY KEY, key text NOT NULL UNIQUE, order_id text NOT NULL, operation text NOT NULL, amount bigint NOT NULL DEFAULT 0)`;

/** Called before each operation; when it throws, the call fails and nothing is done. */
export type Interruption = (operation: string, orderId: string) => void;

/**
 * Stand-ins for payments, inventory and delivery: real Connect services that record each operation in a ledger in a
 * database, and react to payment tokens such as `tok_declined`.
 */
export function ledgerDomains(pool: pg.Pool, interrupt: Interruption = () => undefined): Record<string, RpcService[]> {
  /** Records the operation unless the key was used before, and returns the operation that is recorded under the key. */
  async function enter(key: string, orderId: string, operation: string, amount = 0): Promise<string> {
    interrupt(operation, orderId);
    const { rows } = await pool.query<{ operation: string }>(
      `INSERT INTO ledger (key, order_id, operation, amount) VALUES ($1, $2, $3, $4)
       ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING operation`,
      [key, orderId, operation, amount],
    );
    return rows[0]!.operation;
  }
  const authorised = async (orderId: string) => {
    const { rows } = await pool.query<{ amount: string; key: string }>(
      `SELECT amount FROM ledger WHERE order_id = $1 AND (operation LIKE 'authorised%' OR operation = 'challenged')`,
      [orderId],
    );
    return Number(rows[0]?.amount ?? 0);
  };
  const uncapturable = async (orderId: string) =>
    (
      await pool.query(`SELECT 1 FROM ledger WHERE order_id = $1 AND operation = 'authorised, not to be captured'`, [
        orderId,
      ])
    ).rowCount === 1;
  const isCaptured = async (orderId: string) =>
    (await pool.query(`SELECT 1 FROM ledger WHERE order_id = $1 AND operation = 'captured'`, [orderId])).rowCount! > 0;
  const asked = answeringDomains(usualAnswers());

  return {
    ...asked,
    payments: [
      service(PaymentCommandService, ['orders'], {
        authorise: async ({ idempotencyKey, orderId, amount, methodToken }) => {
          const operation =
            methodToken === 'tok_declined'
              ? 'declined'
              : methodToken === 'tok_3ds'
                ? 'challenged'
                : methodToken === 'tok_no_capture'
                  ? 'authorised, not to be captured'
                  : 'authorised';
          const outcome = await enter(idempotencyKey, orderId, operation, Number(amount));
          if (outcome === 'challenged') return { outcome: Paid.CHALLENGED };
          return outcome === 'declined'
            ? { outcome: Paid.DECLINED, reason: 'insufficient_funds' }
            : { outcome: Paid.AUTHORISED };
        },
        checkChallenge: async ({ orderId }) => {
          interrupt('challenge asked', orderId);
          const { rows } = await pool.query<{ operation: string }>(
            `SELECT operation FROM ledger WHERE order_id = $1 AND operation IN ('confirmed', 'not confirmed')`,
            [orderId],
          );
          if (!rows[0]) return { outcome: Paid.CHALLENGED };
          return { outcome: rows[0].operation === 'confirmed' ? Paid.AUTHORISED : Paid.DECLINED };
        },
        capture: async ({ idempotencyKey, orderId }) => {
          const outcome = await enter(
            idempotencyKey,
            orderId,
            (await uncapturable(orderId)) ? 'refused' : 'captured',
            await authorised(orderId),
          );
          return { outcome: outcome === 'refused' ? Paid.REFUSED : Paid.CAPTURED };
        },
        void: async ({ idempotencyKey, orderId }) => {
          if (await isCaptured(orderId)) return { outcome: Paid.REFUSED, reason: 'already_captured' };
          await enter(idempotencyKey, orderId, 'voided');
          return { outcome: Paid.VOIDED };
        },
        refund: async ({ idempotencyKey, orderId }) => {
          if (!(await isCaptured(orderId))) return { outcome: Paid.REFUSED, reason: 'not_captured' };
          await enter(idempotencyKey, orderId, 'refunded', await authorised(orderId));
          return { outcome: Paid.REFUNDED };
        },
      }),
    ],
    inventory: [
      ...asked['inventory']!,
      service(InventoryCommandService, ['orders'], {
        reserve: async ({ idempotencyKey, orderId, lines }) => {
          const missing = lines.some((line) => line.menuItemId === rareItem);
          const outcome = await enter(idempotencyKey, orderId, missing ? 'out of stock' : 'reserved');
          return { outcome: outcome === 'reserved' ? Reserved.RESERVED : Reserved.OUT_OF_STOCK };
        },
        release: async ({ idempotencyKey, orderId }) => ({
          changed: (await enter(idempotencyKey, orderId, 'released')) === 'released',
        }),
        consume: async ({ idempotencyKey, orderId }) => ({
          changed: (await enter(idempotencyKey, orderId, 'consumed')) === 'consumed',
        }),
      }),
    ],
    delivery: [
      ...asked['delivery']!,
      service(DeliveryCommandService, ['orders'], {
        dispatch: async ({ idempotencyKey, orderId }) => {
          await enter(idempotencyKey, orderId, 'dispatched');
          return { deliveryId: seedId('delivery', orderId) };
        },
        cancel: async ({ idempotencyKey, orderId, unlessPickedUp }) => {
          interrupt('cancel asked', orderId);
          const arrived = await pool.query(
            `SELECT 1 FROM ledger WHERE order_id = $1 AND (operation = 'arrived' OR (operation = 'picked up' AND $2))`,
            [orderId, unlessPickedUp],
          );
          if (arrived.rowCount) return { cancelled: false };
          await enter(idempotencyKey, orderId, 'delivery cancelled');
          return { cancelled: true };
        },
      }),
    ],
  };
}

/** All operations for an order, in the order in which they were carried out. */
export async function ledgerOf(pool: pg.Pool, orderId: string): Promise<string[]> {
  const { rows } = await pool.query<LedgerEntry>('SELECT operation FROM ledger WHERE order_id = $1 ORDER BY id', [
    orderId,
  ]);
  return rows.map((row) => row.operation);
}
