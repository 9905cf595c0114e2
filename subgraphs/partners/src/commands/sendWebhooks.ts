import type { WebhookEndpoint } from '#generated/partners/prisma/client.ts';
import { isId } from '#platform/domain/id.ts';
import type { Partners } from '../context.ts';
import { enqueue, takeBackUnderWay, wakeRelay, type Selection } from '../webhooks/enqueue.ts';
import { eventTypes, pingType } from '../webhooks/eventTypes.ts';
import { lockedEndpoint, type NotFound, type Problem } from './webhookEndpoints.ts';

const mostIds = 1_000;
const mostEvents = 10_000;

const invalid = (field: string, message: string): Problem => ({ kind: 'invalid', field, message });
const disabled = (field: string) => invalid(field, 'The endpoint is disabled: enable it first.');

/** Puts a test into a lane of its own. */
export async function pingEndpoint(
  domain: Partners,
  { id: endpointId }: Pick<WebhookEndpoint, 'id'>,
): Promise<{ readonly kind: 'done'; readonly webhookId: string } | Problem | NotFound> {
  const id = domain.newId();
  const now = domain.clock();
  return domain.transaction(async (tx) => {
    const endpoint = await lockedEndpoint(tx, endpointId);
    if (!endpoint) return { kind: 'notFound' };
    if (endpoint.state !== 'ACTIVE') return disabled('id');
    const object = `ping:${id}`;
    const event = await tx.webhookEvent.create({
      data: { id, type: pingType, object, objectVersion: 1, data: { endpointId }, happenedAt: now },
    });
    await tx.webhookDelivery.create({
      data: {
        endpointId,
        eventId: id,
        position: event.position,
        object,
        state: 'WAITING',
        attempts: 0,
        answers: [],
        madeAt: now,
      },
    });
    await tx.webhookLane.create({ data: { endpointId, object, nextAt: now, leased: false } });
    await wakeRelay(tx);
    return { kind: 'done', webhookId: id };
  });
}

export interface Wanted {
  readonly ids?: readonly string[] | null | undefined;
  readonly from?: string | null | undefined;
  readonly until?: string | null | undefined;
  readonly after?: string | null | undefined;
}

/** Sends kept events to an endpoint again. */
export async function replay(
  domain: Partners,
  { id: endpointId }: Pick<WebhookEndpoint, 'id'>,
  wanted: Wanted,
): Promise<{ readonly kind: 'done'; readonly count: number } | Problem | NotFound> {
  const selection = selectionOf(wanted);
  if ('kind' in selection) return selection;
  try {
    return await domain.transaction(async (tx) => {
      const endpoint = await lockedEndpoint(tx, endpointId);
      if (!endpoint) return { kind: 'notFound' };
      if (endpoint.state !== 'ACTIVE') return disabled('endpointId');
      await takeBackUnderWay(tx, domain.clock(), endpointId, selection);
      const asked = { ...selection, endpointId, most: mostEvents + 1, again: true };
      const count = await enqueue(tx, domain.clock(), eventTypes, asked);
      // Nothing of it is sent, so that it is known what was.
      if (count > mostEvents) throw new TooMany();
      return { kind: 'done', count };
    });
  } catch (error) {
    if (!(error instanceof TooMany)) throw error;
    return invalid('until', `That are more than ${mostEvents} events: ask for less of the time at once.`);
  }
}

class TooMany extends Error {}

function selectionOf({ ids, from, until, after }: Wanted): Omit<Selection, 'again'> | Problem {
  const ways = [ids, from ?? until, after].filter((each) => each !== null && each !== undefined);
  if (ways.length !== 1) return invalid('ids', 'Name `ids`, or `from` and `until`, or `after`: one of the three.');
  if (ids) {
    if (ids.length > mostIds) return invalid('ids', `${mostIds} at most.`);
    return ids.every(isId) ? { eventIds: ids } : invalid('ids', 'They must be ids of messages.');
  }
  if (after !== null && after !== undefined)
    return /^\d{1,18}$/.test(after)
      ? { after: BigInt(after) }
      : invalid('after', 'It must be the header `webhook-cursor` of a message.');
  if (!from) return invalid('from', 'Say from when on.');
  return { from: new Date(from), ...(until && { until: new Date(until) }) };
}
