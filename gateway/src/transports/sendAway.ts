const stepMs = 10;
const atLeastPerStep = 10;
const graceMs = 1_000;

export interface Leaving<T> {
  /** In how much time all are told, where they are many. */
  readonly withinMs: number;
  /** Tells one to go on elsewhere. */
  readonly tell: (client: T) => void;
  /** Ends one that was told and is still there, since it does not read or does not answer. */
  readonly cut: (client: T) => void;
}

/**
 * Sends away all clients of a channel that closes, a few at a time, since those who come back elsewhere would otherwise
 * all come at once. A client that has gone must no longer be in `clients`. Resolves when nobody is left.
 */
export async function sendAway<T>(
  clients: { readonly size: number; values(): IterableIterator<T> },
  { withinMs, tell, cut }: Leaving<T>,
): Promise<void> {
  const untold = [...clients.values()];
  const perStep = Math.max(atLeastPerStep, Math.ceil((untold.length * stepMs) / withinMs));
  while (untold.length > 0) {
    untold.splice(0, perStep).forEach(tell);
    if (untold.length > 0) await step();
  }
  const patience = performance.now() + graceMs;
  while (clients.size > 0 && performance.now() < patience) await step();
  for (const client of clients.values()) cut(client);
}

const step = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, stepMs));
