export interface OrderLine {
  readonly ingredientId: string;
  readonly packs: number;
  /** How much a pack holds, in the unit of the ingredient. */
  readonly packSize: number;
}

/** An order as the supplier knows it. */
export interface SupplierOrder {
  /** The supplier's own number of it. */
  readonly number: string;
  readonly status: 'ACCEPTED' | 'SHIPPED' | 'CANCELLED';
  /** When the goods are expected to be at the store; null until the supplier tells. */
  readonly expectedAt: Date | null;
}

export type OrderAnswer =
  | { readonly kind: 'placed'; readonly order: SupplierOrder }
  /** The supplier takes no such order, for a reason of its own, in lower case. */
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Port to the company that brings stores their goods. `reference` is our id of the order: one that is sent twice is one
 * order, so after a lost answer it is sent again.
 *
 * Every method rejects with `CounterpartUnavailable` when no answer came. It says whether the request may have been
 * carried out.
 */
export interface Supplier {
  order(order: {
    readonly reference: string;
    readonly storeId: string;
    readonly lines: readonly OrderLine[];
  }): Promise<OrderAnswer>;
  /** Null when the supplier has received nothing with this reference so far. */
  find(reference: string): Promise<SupplierOrder | null>;
}
