import { Code, ConnectError } from '@connectrpc/connect';
import { FeedKind, FeedQueryService } from '#generated/proto/drburger/platform/v1/feeds_pb.ts';
import { readFeeds } from '#platform/events/readFeeds.ts';
import { sqlTx, withClient } from '#platform/events/sqlTx.ts';
import { edgeServices } from '#schema/services.ts';
import { service, type RpcService } from '#platform/rpc/service.ts';
import type { Domain } from '#platform/domain/domain.ts';

const maxRanges = 500;
const maxEvents = 500;

/**
 * The gRPC service by which every subgraph lets channels read its event log, so that their streams can catch up on
 * events they missed. Other domains may not call it.
 */
export function feedService(domain: Domain): RpcService {
  return service(FeedQueryService, edgeServices, {
    async readFeeds({ ranges }) {
      if (ranges.length > maxRanges)
        throw new ConnectError(`at most ${maxRanges} ranges at once`, Code.InvalidArgument);
      const asked = ranges.map(({ kind, key, after, limit }) => {
        if (kind === FeedKind.UNSPECIFIED || after < 0 || limit < 0 || limit > maxEvents)
          throw new ConnectError(`a range is not acceptable: ${key}`, Code.InvalidArgument);
        return { kind: kind === FeedKind.DECLARED ? ('declared' as const) : ('aggregate' as const), key, after, limit };
      });
      if (asked.length === 0) return { epoch: '', pages: [] };
      const { epoch, pages } = await withClient(domain.pool, (client) =>
        readFeeds(sqlTx(client), `${domain.name}-service`, asked),
      );
      return {
        epoch,
        pages: pages.map(({ version, events }) => ({ version, events: events.map((event) => JSON.stringify(event)) })),
      };
    },
  });
}
