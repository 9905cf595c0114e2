import { Code, ConnectError } from '@connectrpc/connect';
import { AccessQueryService } from '#generated/proto/drburger/customers/v1/access_pb.ts';
import { edgeServices } from '#schema/services.ts';
import { service } from '#platform/rpc/service.ts';
import type { Customers } from '../context.ts';

const pageSize = 1_000;

/** Answers gateways and channels that ask for revocations which they may have missed on the bus. */
export const accessQueryService = (domain: Customers) =>
  service(AccessQueryService, edgeServices, {
    async listRevocations({ after, afterSubject }) {
      const place = new Date(after);
      if (Number.isNaN(place.getTime())) throw new ConnectError('`after` must be an instant', Code.InvalidArgument);
      const rows = await domain.db.accessRevocation.findMany({
        where: { OR: [{ revokedAt: { gt: place } }, { revokedAt: place, subject: { gt: afterSubject } }] },
        orderBy: [{ revokedAt: 'asc' }, { subject: 'asc' }],
        take: pageSize,
      });
      return { revocations: rows.map(({ subject, revokedAt }) => ({ subject, before: revokedAt.toISOString() })) };
    },
  });
