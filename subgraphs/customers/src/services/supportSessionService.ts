import { SupportSessionService } from '#generated/proto/drburger/customers/v1/support_pb.ts';
import { recorded } from '#platform/audit/auditMutations.ts';
import { isId } from '#platform/domain/id.ts';
import { service } from '#platform/rpc/service.ts';
import { operatorServices } from '#schema/services.ts';
import type { Customers } from '../context.ts';
import { roleIn } from '../supportRole.ts';

/** Records sessions of support: in the audit trail, and among what the customer is shown. */
export const supportSessionService = (domain: Customers) =>
  service(SupportSessionService, operatorServices, {
    beginSupportSession: ({ customerId, actor, roles, reason, seconds }) =>
      recorded<{ found: boolean }>(
        domain,
        { actor, roles, channel: 'staff', action: 'beginSupportSession', input: { customerId, reason } },
        async () => {
          const found = isId(customerId)
            ? await domain.db.customer.findUnique({ where: { id: customerId }, include: { key: true } })
            : null;
          if (!found?.key) return { result: { found: false }, answer: 'CustomerToSupportNotFound' };
          const at = domain.clock();
          await domain.db.supportAction.create({
            data: {
              id: domain.newId(),
              customerId,
              kind: 'SESSION',
              reason,
              actor,
              role: roleIn(roles),
              at,
              endsAt: new Date(at.getTime() + seconds * 1_000),
            },
          });
          return { result: { found: true }, answer: 'SupportSessionBegun' };
        },
      ),
  });
