import { AsyncLocalStorage } from 'node:async_hooks';
import type { PreparedDocument } from '../documents/documents.ts';

/** Notes on an answer that is to be kept, while it is made, in the channel's views, too. */
export interface Reading {
  /** See `SubgraphFetchContext.freshness`. It holds for everything that is read for the answer. */
  readonly freshness: string;
  /** A domain is about to be asked. */
  asks(subgraph: string): void;
  /** A document was run for a view. */
  ran(prepared: PreparedDocument, variables: Record<string, unknown>, data: unknown): void;
  /** A view was told errors: it may have made its answer of less than there is. */
  failed(): void;
  /** Something is asked of which nobody can tell what it depends on. */
  asksAnything(): void;
}

const storage = new AsyncLocalStorage<Reading>();

export const noteReading = <T>(reading: Reading, work: () => T): T => storage.run(reading, work);

/** The notes on the answer that is being made; undefined where the answer is not to be kept. */
export const currentReading = (): Reading | undefined => storage.getStore();
