/** Hours of each day, as HH:MM by the clock of an IANA time zone, in which nothing is to ring. */
export interface QuietHours {
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
}

const minuteMs = 60_000;
const longestMs = 25 * 60 * minuteMs;

/**
 * When the quiet hours that hold at an instant are over; null when none hold. The clock of the time zone decides, also
 * on the nights on which it is changed: hours that the clock skips are over when it has skipped their end.
 */
export function quietUntil({ from, to, timeZone }: QuietHours, at: Date): Date | null {
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const isQuiet = (instant: number): boolean => {
    const time = clock.format(instant);
    return from < to ? from <= time && time < to : from <= time || time < to;
  };
  if (!isQuiet(at.getTime())) return null;
  const start = Math.floor(at.getTime() / minuteMs) * minuteMs;
  for (let instant = start + minuteMs; instant <= start + longestMs; instant += minuteMs)
    if (!isQuiet(instant)) return new Date(instant);
  return null;
}
