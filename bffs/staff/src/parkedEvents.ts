import { createClient, type Client } from '@connectrpc/connect';
import { ParkedEventService, type ParkedEvent } from '#generated/proto/drburger/platform/v1/parked_pb.ts';
import type { ViewContext } from '#gateway/channelManifest.ts';
import { rolesOf } from '#platform/identity/principal.ts';
import { pagedList, sortable, type PageArgs } from '#platform/subgraph/connection.ts';
import { requireIdempotencyKey } from '#platform/subgraph/idempotency.ts';
import { subgraphs } from '#schema/subgraphs.ts';

/** In the order of the list. */
const domains = subgraphs.map(({ name }) => name).sort();

const list = pagedList('parkedEvents', [sortable.text, sortable.number]);

interface Parked {
  readonly domain: string;
  readonly event: ParkedEvent;
}

function parkedEventsOf({ domains: transportTo }: ViewContext, domain: string): Client<typeof ParkedEventService> {
  if (!transportTo) throw new Error('the channel of staff has no way to the domains');
  return createClient(ParkedEventService, transportTo(domain));
}

/** What is parked in all domains. A domain that does not answer is named, so that the others can be seen. */
export async function parkedEvents(_root: unknown, args: PageArgs, context: ViewContext) {
  const page = list.page(args);
  const [from = '', after = 0] = page.after ?? [];
  const asked = domains.filter((domain) => domain >= from);
  const unreachableDomains: string[] = [];
  const found = await Promise.all(
    asked.map(async (domain): Promise<Parked[]> => {
      const behind = BigInt(domain === from ? after : 0);
      try {
        const { events } = await parkedEventsOf(context, domain).listParked({ after: behind, limit: page.limit + 1 });
        return events.map((event) => ({ domain, event }));
      } catch (error) {
        context.log.warn({ err: error, domain }, 'a domain did not tell what it has parked');
        unreachableDomains.push(domain);
        return [];
      }
    }),
  );
  const { edges, pageInfo } = list.connection(found.flat(), page, ({ domain, event }) => [domain, Number(event.id)]);
  return {
    edges: edges.map(({ cursor, node }) => ({ cursor, node: shown(node) })),
    pageInfo,
    unreachableDomains: unreachableDomains.sort(),
  };
}

export async function parkedEvent(_root: unknown, { id }: { readonly id: string }, context: ViewContext) {
  const address = addressOf(id);
  if (!address) return null;
  const { event, message } = await parkedEventsOf(context, address.domain).showParked({ id: address.id });
  return event ? { event: shown({ domain: address.domain, event }), message } : null;
}

interface ReplayArguments {
  readonly input: { readonly idempotencyKey: string; readonly id: string };
}

export async function replayParkedEvents(_root: unknown, { input }: ReplayArguments, context: ViewContext) {
  const { idempotencyKey } = input;
  requireIdempotencyKey(idempotencyKey);
  const address = addressOf(input.id);
  if (!address) return notFound;
  const { found, finished, replayed, failure } = await parkedEventsOf(context, address.domain).replayParked({
    id: address.id,
    askedBy: context.principal.subject,
    askedByRoles: rolesOf(context.principal),
    idempotencyKey,
  });
  if (!found) return notFound;
  if (!finished)
    return { __typename: 'ReplayUnderWay', message: `${address.domain} is at it. Look again in a moment.` } as const;
  return failure === ''
    ? ({ __typename: 'ReplayParkedEventsSuccess', replayed } as const)
    : ({ __typename: 'ReplayFailedAgain', replayed, message: `It failed again: ${failure}` } as const);
}

const notFound = {
  __typename: 'ParkedEventNotFound',
  message: 'Nothing is parked under this id any more. Read the list again.',
} as const;

const shown = ({ domain, event }: Parked) => ({
  id: `${domain}-${event.id}`,
  domain,
  consumer: event.consumer,
  aggregate: event.aggregate,
  eventType: event.eventType || null,
  state: event.failed ? 'FAILED' : 'WAITING',
  reason: event.reason,
  attempts: event.attempts,
  parkedAt: event.parkedAt,
});

function addressOf(id: string): { readonly domain: string; readonly id: bigint } | undefined {
  const [, domain = '', number = ''] = /^([a-z]+)-(\d{1,15})$/.exec(id) ?? [];
  return domains.includes(domain) ? { domain, id: BigInt(number) } : undefined;
}
