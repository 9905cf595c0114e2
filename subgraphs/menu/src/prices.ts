/** An amount and the span of time in which it holds: `from` (milliseconds since 1970) included, `until` excluded. */
export interface PriceWindow {
  readonly amount: number;
  readonly from: number;
  readonly until: number | null;
}

export interface CurrentPrice {
  readonly amount: number;
  /** The instant at which another amount, or none, takes its place. Null while none is planned. */
  readonly until: number | null;
}

const covers = (window: PriceWindow, at: number): boolean =>
  window.from <= at && (window.until === null || at < window.until);

/**
 * Of the windows that cover the instant, the one that began last; of two that began at the same time, the one later
 * in the list.
 */
function windowAt(windows: readonly PriceWindow[], at: number): PriceWindow | undefined {
  let chosen: PriceWindow | undefined;
  for (const window of windows) if (covers(window, at) && (!chosen || window.from >= chosen.from)) chosen = window;
  return chosen;
}

const earliest = (instants: readonly (number | null)[]): number | null =>
  instants.reduce<number | null>(
    (first, each) => (each !== null && (first === null || each < first) ? each : first),
    null,
  );

const nextStart = (windows: readonly PriceWindow[], at: number): number | null =>
  earliest(windows.map((window) => (window.from > at ? window.from : null)));

/**
 * The price at an instant: the store's own if it has one, otherwise that of its country's list. Undefined when
 * neither has one.
 * @param own the store's price windows
 * @param listed the price windows of the country's list
 */
export function priceAt(
  own: readonly PriceWindow[],
  listed: readonly PriceWindow[],
  at: number,
): CurrentPrice | undefined {
  const ownWindow = windowAt(own, at);
  if (ownWindow) return { amount: ownWindow.amount, until: earliest([ownWindow.until, nextStart(own, at)]) };
  const window = windowAt(listed, at);
  if (!window) return undefined;
  return { amount: window.amount, until: earliest([window.until, nextStart(listed, at), nextStart(own, at)]) };
}

/**
 * The instants after `after` and not after `upTo` at which a window begins or ends, in no particular order. The price
 * may have changed at each of them.
 */
export const boundaries = (windows: readonly PriceWindow[], after: number, upTo: number): number[] =>
  windows.flatMap(
    (window) => [window.from, window.until].filter((edge) => edge !== null && after < edge && edge <= upTo) as number[],
  );
