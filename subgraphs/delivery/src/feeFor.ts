import type { Tx } from './context.ts';
import type { Quote } from './quote.ts';

/** What a quoted delivery costs a customer: nothing for a member whose plan says so. */
export async function feeFor(
  db: Pick<Tx, 'freeDelivery'>,
  customerId: string | undefined,
  { fee }: Extract<Quote, { kind: 'deliverable' }>,
): Promise<number> {
  if (customerId === undefined || fee === 0) return fee;
  return (await db.freeDelivery.count({ where: { customerId } })) > 0 ? 0 : fee;
}
