const stepMs = 100;

/**
 * Visits each member about once in `everyMs`, some in each tenth of a second: visiting all at once would hold up
 * everybody for as long as that takes, with thousands of sockets a tenth of a second. Whoever comes or goes meanwhile
 * is, or is no longer, visited. Runs until the timer is cleared.
 */
export function visitInTurn<T>(
  members: { readonly size: number; values(): IterableIterator<T> },
  everyMs: number,
  visit: (member: T) => void,
): NodeJS.Timeout {
  const everyStepMs = Math.min(stepMs, everyMs);
  let round = members.values();
  /** Visits that are due; a part of one adds up. */
  let due = 0;
  return setInterval(() => {
    due += (members.size * everyStepMs) / everyMs;
    for (; due >= 1; due -= 1) {
      let next = round.next();
      if (next.done) {
        round = members.values();
        next = round.next();
      }
      if (next.done) return;
      visit(next.value);
    }
  }, everyStepMs).unref();
}
