import type { MembershipHistoryEntryResolvers, MembershipStatus } from '#generated/memberships/resolvers.ts';

/** The name of an event without its domain: what it tells. */
const nameOf = (type: string): string =>
  type
    .replace(/^Membership/, '')
    .replace(/(?<=[a-z])(?=[A-Z])/g, '_')
    .toUpperCase();

export const MembershipHistoryEntry: MembershipHistoryEntryResolvers = {
  version: ({ metadata }) => metadata.aggregateVersion,
  what: ({ eventType, data }) => data.what ?? nameOf(eventType),
  status: ({ data }) => (data.status ?? null) as MembershipStatus | null,
  planId: ({ data }) => data.planId ?? null,
  amount: ({ data: { amount, currency, exponent } }) =>
    amount === undefined || currency === undefined || exponent === undefined ? null : { amount, currency, exponent },
  reason: ({ data }) => data.reason ?? null,
  actor: ({ metadata }) => metadata.actor,
  at: ({ data }) => data.at,
};
