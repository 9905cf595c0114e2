/** How long a change is news. What is older, for example after a replay of the log, is not told any more. */
export const newsForMs = 6 * 3_600_000;
