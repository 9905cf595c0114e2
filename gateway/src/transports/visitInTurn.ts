const stepMs = 100;

/**
 * Calls `visit` for each member about once in `everyMs`, spread over steps of 100 ms. Visiting thousands of sockets at
 * once would hold up everything else for as long as that takes. Members that are added or removed meanwhile are, or are
 * no longer, visited. Runs until the returned timer is cleared.
 */
export function visitInTurn<T>(
  members: { readonly size: number; values(): IterableIterator<T> },
  everyMs: number,
  visit: (member: T) => void,
): NodeJS.Timeout {
  const everyStepMs = Math.min(stepMs, everyMs);
  let round = members.values();
  /** How many visits are due; fractions add up from step to step. */
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
