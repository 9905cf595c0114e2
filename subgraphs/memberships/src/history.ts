import type { EventEnvelope } from '#platform/events/defineEvent.ts';
import type { Memberships } from './context.ts';

/** An event of a membership, as its staff see it. */
export type HistoryEntry = EventEnvelope<{
  readonly what?: string;
  readonly status?: string;
  readonly planId?: string;
  readonly amount?: number;
  readonly currency?: string;
  readonly exponent?: number;
  readonly reason?: string | null;
  readonly at: string;
}>;

const most = 500;

/** What happened to a membership, oldest first: its events are its record, so there is no other. */
export async function historyOf(domain: Memberships, membershipId: string): Promise<HistoryEntry[]> {
  const events = await domain.events.load(domain.db, `membership:${membershipId}`);
  return events.slice(0, most) as HistoryEntry[];
}
