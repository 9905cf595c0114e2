import { createClient } from '@connectrpc/connect';
import { AuditService, type AuditEntry } from '#generated/proto/drburger/platform/v1/audit_pb.ts';
import type { ViewContext } from '#gateway/channelManifest.ts';
import { pagedList, sortable, type PageArgs } from '#platform/subgraph/connection.ts';
import { subgraphs } from '#schema/subgraphs.ts';

const domains = subgraphs.map(({ name }) => name);

/** By time, and among entries of one instant by domain and number: the newest first. */
const list = pagedList('auditEntries', [sortable.instant, sortable.text, sortable.number]);
const largest = 2n ** 62n;

interface AuditArguments extends PageArgs {
  readonly filter?: {
    readonly actor?: string | null;
    readonly action?: string | null;
    readonly objectId?: string | null;
    readonly from?: string | null;
    readonly until?: string | null;
  } | null;
}

interface Found {
  readonly domain: string;
  readonly entry: AuditEntry;
}

/** What staff and partners did in all domains. One that does not answer is named, so that the others can be seen. */
export async function auditEntries(_root: unknown, { filter, ...args }: AuditArguments, context: ViewContext) {
  const transportTo = context.domains;
  if (!transportTo) throw new Error('the channel of staff has no way to the domains');
  const page = list.page(args, JSON.stringify(filter ?? {}));
  const { actor, action, objectId, from, until } = filter ?? {};
  const wanted = {
    limit: page.limit + 1,
    actor: actor ?? '',
    action: action ?? '',
    objectId: objectId ?? '',
    from: from ? new Date(from).toISOString() : '',
    until: until ? new Date(until).toISOString() : '',
  };
  const unreachableDomains: string[] = [];
  const found = await Promise.all(
    domains.map(async (domain): Promise<Found[]> => {
      try {
        const client = createClient(AuditService, transportTo(domain));
        const { entries } = await client.listEntries({ ...wanted, ...positionIn(domain, page.after) });
        return entries.map((entry) => ({ domain, entry }));
      } catch (error) {
        context.log.warn({ err: error, domain }, 'a domain did not tell what staff and partners did in it');
        unreachableDomains.push(domain);
        return [];
      }
    }),
  );
  const { edges, pageInfo } = list.connection(found.flat().sort(newestFirst), page, ({ domain, entry }) => [
    entry.at,
    domain,
    Number(entry.seq),
  ]);
  return {
    edges: edges.map(({ cursor, node }) => ({ cursor, node: shown(node) })),
    pageInfo,
    unreachableDomains: unreachableDomains.sort(),
  };
}

/** Where a domain goes on, behind the last entry of the page before. */
function positionIn(domain: string, after: readonly [at: string, domain: string, seq: number] | undefined) {
  if (!after) return {};
  const [beforeAt, last, seq] = after;
  // Of the same instant, domains that come later in the list have not been shown at all, earlier ones wholly.
  return { beforeAt, beforeSeq: domain === last ? BigInt(seq) : domain < last ? largest : 0n };
}

function newestFirst(a: Found, b: Found): number {
  if (a.entry.at !== b.entry.at) return a.entry.at < b.entry.at ? 1 : -1;
  if (a.domain !== b.domain) return a.domain < b.domain ? 1 : -1;
  return Number(b.entry.seq - a.entry.seq);
}

const shown = ({ domain, entry }: Found) => ({
  id: `${domain}-${entry.seq}`,
  domain,
  at: entry.at,
  actor: entry.actor,
  roles: entry.roles,
  channel: entry.channel,
  action: entry.action,
  answer: entry.answer || null,
  objects: entry.objects,
  input: Object.entries(entry.input).map(([name, value]) => ({ name, value })),
  traceId: entry.trace,
  hash: entry.hash,
});
