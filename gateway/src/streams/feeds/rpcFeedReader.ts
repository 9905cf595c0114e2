import { createClient, type Client } from '@connectrpc/connect';
import { FeedKind, FeedQueryService } from '#generated/proto/drburger/platform/v1/feeds_pb.ts';
import type { EventEnvelope } from '#platform/events/defineEvent.ts';
import type { RpcNetwork } from '#platform/rpc/network.ts';
import { servicePrincipal } from '#platform/identity/principal.ts';
import { gatewayService } from '#schema/services.ts';
import { addressKey, type FeedAddress } from './feedAddress.ts';
import type { FeedPage, FeedReader } from './feedReader.ts';

interface Waiting {
  readonly feed: FeedAddress;
  readonly after: number;
  readonly limit: number;
  readonly page: Promise<FeedPage>;
  resolve(page: FeedPage): void;
  reject(error: unknown): void;
}

/** How many feeds go into one call. The service accepts more. */
const batchSize = 200;

/**
 * Reads feeds by gRPC, within the process or over the network. Reads of the same turn of the event loop are sent to a
 * domain in one call, and identical ones once.
 */
export function rpcFeedReader(network: Pick<RpcNetwork, 'transportTo'>, service: string = gatewayService): FeedReader {
  const batchers = new Map<string, Batcher>();
  return {
    read(feed, after, limit) {
      let batcher = batchers.get(feed.domain);
      if (!batcher)
        batchers.set(
          feed.domain,
          (batcher = new Batcher(
            createClient(FeedQueryService, network.transportTo(feed.domain, servicePrincipal(service))),
          )),
        );
      return batcher.read(feed, after, limit);
    },
  };
}

class Batcher {
  readonly #client: Client<typeof FeedQueryService>;
  #waiting = new Map<string, Waiting>();

  constructor(client: Client<typeof FeedQueryService>) {
    this.#client = client;
  }

  read(feed: FeedAddress, after: number, limit: number): Promise<FeedPage> {
    const key = `${addressKey(feed)} ${after} ${limit}`;
    const asked = this.#waiting.get(key);
    if (asked) return asked.page;
    if (this.#waiting.size === 0) setImmediate(() => this.#flush());
    const { promise, resolve, reject } = withResolvers<FeedPage>();
    this.#waiting.set(key, { feed, after, limit, page: promise, resolve, reject });
    return promise;
  }

  #flush(): void {
    const all = [...this.#waiting.values()];
    this.#waiting = new Map();
    for (let at = 0; at < all.length; at += batchSize) void this.#ask(all.slice(at, at + batchSize));
  }

  async #ask(batch: readonly Waiting[]): Promise<void> {
    try {
      const { epoch, pages } = await this.#client.readFeeds({
        ranges: batch.map(({ feed, after, limit }) => ({
          kind: feed.kind === 'declared' ? FeedKind.DECLARED : FeedKind.AGGREGATE,
          key: feed.key,
          after,
          limit,
        })),
      });
      if (pages.length !== batch.length) throw new Error(`asked for ${batch.length} feeds, received ${pages.length}`);
      batch.forEach(({ resolve }, at) =>
        resolve({
          epoch,
          version: pages[at]!.version,
          events: pages[at]!.events.map((text) => JSON.parse(text) as EventEnvelope),
        }),
      );
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: unknown) => void } {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}
