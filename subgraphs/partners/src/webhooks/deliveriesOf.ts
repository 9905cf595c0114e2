import type { WebhookDelivery } from '#generated/partners/resolvers.ts';
import type { Partners } from '../context.ts';
import { mayBeTold, type About, type Subscriber } from './eventTypes.ts';
import { bodyOf, type Told } from './payloadVersions.ts';

interface Wanted {
  readonly limit: number;
  readonly state?: WebhookDelivery['state'] | undefined;
  /** Only what has a lower position. */
  readonly before?: bigint | undefined;
}

interface Shown {
  readonly event: Omit<Told, 'payloadVersion'> & About;
  readonly endpoint: { readonly app: Subscriber; readonly payloadVersion: string };
}

/** An answer as the relay has kept it. */
interface KeptAnswer {
  readonly at: string;
  readonly ms: number;
  readonly status?: number;
  readonly problem?: string;
  readonly excerpt?: string;
}

/** The body of a delivery, as far as the app may be told of it now, by the rule that the relay keeps. */
function bodyShown({ event, endpoint: { app, payloadVersion } }: Shown): string | null {
  return mayBeTold(app, event.type, event) ? bodyOf({ ...event, payloadVersion }) : null;
}

/** The deliveries to an endpoint, the latest event first. */
export async function deliveriesOf(
  { db }: Partners,
  endpointId: string,
  { limit, state, before }: Wanted,
): Promise<(WebhookDelivery & { readonly position: bigint })[]> {
  const rows = await db.webhookDelivery.findMany({
    where: { endpointId, ...(state && { state }), ...(before !== undefined && { position: { lt: before } }) },
    orderBy: { position: 'desc' },
    take: limit,
    include: { event: true, endpoint: { include: { app: true } } },
  });
  const waiting = rows.filter((row) => row.state === 'WAITING').map(({ object }) => object);
  const [heads, lanes] =
    waiting.length === 0
      ? [[], []]
      : await Promise.all([
          db.webhookDelivery.groupBy({
            by: ['object'],
            where: { endpointId, state: 'WAITING', object: { in: waiting } },
            _min: { position: true },
          }),
          db.webhookLane.findMany({ where: { endpointId, object: { in: waiting } } }),
        ]);
  const nextAt = new Map(lanes.map((lane) => [lane.object, lane.nextAt]));
  const head = new Set(heads.map(({ _min }) => _min.position));
  return rows.map((row) => ({
    id: row.eventId,
    position: row.position,
    type: row.event.type,
    object: row.object,
    state: row.state as WebhookDelivery['state'],
    attempts: row.attempts,
    nextTryAt:
      row.state === 'WAITING' && head.has(row.position) ? (nextAt.get(row.object)?.toISOString() ?? null) : null,
    happenedAt: row.event.happenedAt.toISOString(),
    settledAt: row.settledAt?.toISOString() ?? null,
    body: bodyShown(row),
    answers: (row.answers as unknown as KeptAnswer[]).map(({ at, ms, status, problem, excerpt }) => ({
      at,
      milliseconds: ms,
      status: status ?? null,
      problem: problem ?? null,
      excerpt: excerpt ?? null,
    })),
  }));
}
