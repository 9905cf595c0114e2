import type { SupportActionKind, SupportedCustomerResolvers, SupportReason } from '#generated/customers/resolvers.ts';

const mostActions = 100;

export const SupportedCustomer: SupportedCustomerResolvers = {
  actions: async ({ customerId }, _args, { domain }) => {
    const rows = await domain.db.supportAction.findMany({
      where: { customerId },
      orderBy: [{ at: 'desc' }, { id: 'desc' }],
      take: mostActions,
    });
    return rows.map(({ kind, orderId, reason, actor, at }) => ({
      kind: kind as SupportActionKind,
      orderId,
      reason: reason as SupportReason,
      by: actor,
      at: at.toISOString(),
    }));
  },
};
