import type { SupportActionKind, SupportedCustomerResolvers, SupportReason } from '#generated/customers/resolvers.ts';
import { supportActionsOf } from '../supportActionsOf.ts';

export const SupportedCustomer: SupportedCustomerResolvers = {
  actions: async ({ customerId }, _args, { domain }) => {
    const rows = await supportActionsOf(domain, customerId);
    return rows.map(({ kind, orderId, reason, actor, at, endsAt }) => ({
      kind: kind as SupportActionKind,
      orderId,
      reason: reason as SupportReason,
      by: actor,
      at: at.toISOString(),
      endsAt: endsAt?.toISOString() ?? null,
    }));
  },
};
