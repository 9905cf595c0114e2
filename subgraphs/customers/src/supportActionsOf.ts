import type { Customers } from './context.ts';

const mostActions = 100;

/** What support did for a customer, the newest first. */
export const supportActionsOf = ({ db }: Customers, customerId: string) =>
  db.supportAction.findMany({
    where: { customerId },
    orderBy: [{ at: 'desc' }, { id: 'desc' }],
    take: mostActions,
  });
