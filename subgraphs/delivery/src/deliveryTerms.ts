import type { Deliveries, Tx } from './context.ts';
import type { FeeTier } from './quote.ts';

/** How far a store delivers, and for what. */
export interface DeliveryTerms {
  readonly storeId: string;
  /** Counts the changes; 0 for a store that was never given terms of its own. */
  readonly version: number;
  /** Nearest first; empty for a store with the chain's terms. */
  readonly tiers: readonly FeeTier[];
}

/** The terms of a store as they are now. */
export async function termsOf(
  db: Pick<Deliveries['db'] | Tx, 'deliveryTerms'>,
  storeId: string,
): Promise<DeliveryTerms> {
  const row = await db.deliveryTerms.findUnique({ where: { storeId } });
  return { storeId, version: row?.version ?? 0, tiers: (row?.tiers ?? []) as unknown as FeeTier[] };
}
