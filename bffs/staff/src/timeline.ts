import { createClient } from '@connectrpc/connect';
import {
  TimelineService,
  type Timeline,
  type TimelineEntry,
} from '#generated/proto/drburger/platform/v1/timeline_pb.ts';
import type { ViewContext } from '#gateway/channelManifest.ts';
import { isId } from '#platform/domain/id.ts';
import { hasScope } from '#platform/identity/principal.ts';
import { CodedError } from '#platform/subgraph/codedError.ts';
import { webhooksService } from '#schema/services.ts';
import { storesWith } from '#schema/storesWith.ts';
import { subgraphs } from '#schema/subgraphs.ts';

/** In the order in which what happened at the same instant is told. */
const told = [...subgraphs.map(({ name }) => name), webhooksService];
const mostEntries = 500;
const mostReferences = 200;

interface Answer extends Timeline {
  readonly domain: string;
}

/**
 * Gathers what all domains have noted about an object. Some of them know it by other ids, such as those of a
 * membership's charges: whoever knows these tells them, and all are asked again by them.
 */
export async function timeline(_root: unknown, { id }: { readonly id: string }, context: ViewContext) {
  if (!isId(id)) return null;
  const unreachable = new Set<string>();
  const ask = async (domain: string, ids: readonly string[]): Promise<Answer[]> => {
    if (!context.domains) throw new Error('the channel of staff has no way to the domains');
    try {
      const client = createClient(TimelineService, context.domains(domain));
      return [{ ...(await client.readTimeline({ ids: [...ids] })), domain }];
    } catch (error) {
      context.log.warn({ err: error, domain }, 'a domain did not tell its part of a timeline');
      unreachable.add(domain);
      return [];
    }
  };
  const askAll = async (ids: readonly string[]) => (await Promise.all(told.map((each) => ask(each, ids)))).flat();

  const first = await askAll([id]);
  if (!maySee(context, first)) {
    if (unreachable.size > 0) throw notKnown();
    return null;
  }
  const references = [...new Set(first.flatMap((answer) => answer.references))];
  const second = references.length > 0 ? await askAll(references.slice(0, mostReferences)) : [];
  const answers = [...first, ...second];
  const entries = answers.flatMap(({ domain, entries: own }) => own.map((entry) => ({ domain, entry })));
  if (entries.length === 0 && unreachable.size === 0) return null;
  entries.sort((a, b) => a.entry.at - b.entry.at || told.indexOf(a.domain) - told.indexOf(b.domain));
  return {
    id,
    entries: entries.slice(-mostEntries).map(shown),
    isComplete:
      unreachable.size === 0 &&
      entries.length <= mostEntries &&
      references.length <= mostReferences &&
      !answers.some(({ cut }) => cut),
    unreachableDomains: [...unreachable].sort(),
  };
}

/** Support and admins see all, a manager what belongs to their store: the domain that owns it says so. */
function maySee({ principal }: ViewContext, answers: readonly Answer[]): boolean {
  if (hasScope(principal, 'customers:support')) return true;
  const stores = storesWith(principal, 'payments:manage');
  return answers.some(({ storeId }) => stores.includes(storeId));
}

/** Without the domain that owns the object, nobody can say whose it is. */
const notKnown = () =>
  new CodedError('SUBGRAPH_UNAVAILABLE', 'A domain does not answer, so your store is not known to own it. Try again.');

function shown({ domain, entry }: { readonly domain: string; readonly entry: TimelineEntry }) {
  const { kind, name, at, endedAt, outcome, detail, actor, onBehalfOf, traceId } = entry;
  return {
    at: new Date(at).toISOString(),
    endedAt: endedAt === undefined ? null : new Date(endedAt).toISOString(),
    kind,
    domain,
    name,
    outcome: outcome || null,
    detail: detail || null,
    actor: actor || null,
    onBehalfOf: onBehalfOf || null,
    traceId: traceId || null,
  };
}
