const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** The pauses before the second try and each further one: eight tries over 28 hours. */
const pauses: readonly number[] = [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 10.4 * hour];
export const mostTries = pauses.length + 1;
/** An endpoint to which nothing got through for so long is disabled. */
export const failsForMs = 5 * day;
/**
 * A message has to fail so often, for two and a half hours, before its endpoint is disabled: where nothing was to be
 * told for days, the first slip after them is no failure of days.
 */
export const sureAfterTries = 5;
/** How long a receiver can put us off. */
const longestPutOffMs = day;

/** The pause after a failed try, at random up to a twentieth longer or shorter. Undefined when no try is left. */
export function pauseAfter(tries: number, random: () => number = Math.random): number | undefined {
  const pause = pauses[tries - 1];
  return pause === undefined ? undefined : Math.round(pause * (0.95 + 0.1 * random()));
}

/** How long `Retry-After` asks us to wait: seconds, or an instant. Undefined where it says nothing usable. */
export function putOffMs(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * second : Date.parse(header) - now.getTime();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), longestPutOffMs);
}
