import type pg from 'pg';

/** Who waits for a projection in this process, by the feed of its event. */
const waiting = new WeakMap<Pick<pg.Pool, 'query'>, Map<string, Set<() => void>>>();

export interface NextProjection {
  /** Resolves once this process has projected an event of the feeds since it was asked for, or after so many ms. */
  within(ms: number): Promise<void>;
  forget(): void;
}

/**
 * The next projection of an event of these feeds into the read models of a database. Another process may project them:
 * then only time tells, so ask the database again after it.
 */
export function nextProjection(db: Pick<pg.Pool, 'query'>, feeds: readonly string[]): NextProjection {
  let projected!: () => void;
  const done = new Promise<void>((resolve) => (projected = resolve));
  const byFeed = waiting.get(db) ?? new Map<string, Set<() => void>>();
  waiting.set(db, byFeed);
  for (const feed of feeds) byFeed.set(feed, (byFeed.get(feed) ?? new Set()).add(projected));
  return {
    async within(ms) {
      const timer = setTimeout(projected, ms);
      await done;
      clearTimeout(timer);
    },
    forget() {
      for (const feed of feeds) {
        const others = byFeed.get(feed);
        others?.delete(projected);
        if (others?.size === 0) byFeed.delete(feed);
      }
    },
  };
}

/** Tells those who wait that an event of this feed was projected. */
export function tellProjected(db: Pick<pg.Pool, 'query'>, feed: string | undefined): void {
  if (feed !== undefined)
    waiting
      .get(db)
      ?.get(feed)
      ?.forEach((projected) => projected());
}
