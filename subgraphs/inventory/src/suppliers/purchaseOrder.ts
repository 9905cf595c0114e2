/**
 * How far an order to the supplier has come. `ASKING`: it was written down, and the supplier may have heard of it;
 * `PLACED`: the supplier has it; `NOTIFIED`: the supplier says that it has sent something. These are open. Ended are
 * `RECEIVED`, `REFUSED` and `CANCELLED`, the last two by the supplier.
 */
export type PurchaseOrderStatus = 'ASKING' | 'PLACED' | 'NOTIFIED' | 'RECEIVED' | 'REFUSED' | 'CANCELLED';

export const openStatuses: readonly PurchaseOrderStatus[] = ['ASKING', 'PLACED', 'NOTIFIED'];

export const isOpen = (status: string): boolean => (openStatuses as readonly string[]).includes(status);

export type DifferenceKind = 'SENT_LESS' | 'SENT_MORE' | 'NOT_ORDERED' | 'MISSING' | 'SURPLUS';

/** What an ingredient's line of an order says, in the unit of the ingredient. */
export interface Quantities {
  readonly ingredientId: string;
  /** 0 for what came without having been ordered. */
  readonly ordered: number;
  /** Null when the supplier has told nothing of it. */
  readonly notified: number | null;
  readonly received: number;
}

export interface Difference {
  readonly ingredientId: string;
  readonly kind: DifferenceKind;
  /** Always above zero. */
  readonly quantity: number;
}

/**
 * In what an order, its notices and what was received differ. Once there is a notice, what it leaves out was not sent.
 * @param noticed whether there is any notice
 */
export function differencesOf(lines: readonly Quantities[], noticed: boolean): Difference[] {
  return lines.flatMap(({ ingredientId, ordered, notified, received }): Difference[] => {
    const sent = noticed ? (notified ?? 0) : ordered;
    const of = (kind: DifferenceKind, quantity: number): Difference[] =>
      quantity > 0 ? [{ ingredientId, kind, quantity }] : [];
    if (ordered === 0) return of('NOT_ORDERED', Math.max(sent, received)).concat(of('MISSING', sent - received));
    return [
      ...of('SENT_LESS', ordered - sent),
      ...of('SENT_MORE', sent - ordered),
      ...of('MISSING', sent - received),
      ...of('SURPLUS', received - sent),
    ];
  });
}

/** The most that an order asks for of an ingredient. */
const most = 10_000_000;

/** How many packs bring the stock to twice its reorder level: at least one. */
export function packsFor(stock: { readonly onHand: number; readonly reorderLevel: number }, packSize: number): number {
  const wanted = Math.min(2 * stock.reorderLevel - stock.onHand, most);
  return Math.max(1, Math.min(Math.ceil(wanted / packSize), Math.floor(most / packSize)));
}
