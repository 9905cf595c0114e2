/** The calendar day at an instant in a time zone, `YYYY-MM-DD`. */
export function dayIn(timeZone: string, at: Date): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
    .formatToParts(at)
    .map(({ type, value }) => [type, value] as const);
  const { year, month, day } = Object.fromEntries(parts) as Record<'year' | 'month' | 'day', string>;
  return `${year}-${month}-${day}`;
}

/** Formats an instant to the minute, in a time zone, as it is written in the language. */
export const instantText = (at: Date, timeZone: string, language: string): string =>
  at.toLocaleString(language, { day: '2-digit', month: '2-digit', hour: '2-digit', minute: '2-digit', timeZone });
