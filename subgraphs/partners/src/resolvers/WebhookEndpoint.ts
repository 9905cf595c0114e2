import type {
  WebhookEndpointDisabledReason,
  WebhookEndpointResolvers,
  WebhookEndpointState,
  WebhookEventType,
  WebhookPayloadVersion,
} from '#generated/partners/resolvers.ts';
import { z } from 'zod';
import { pagedList } from '#platform/subgraph/connection.ts';
import { deliveriesOf } from '../webhooks/deliveriesOf.ts';

const list = pagedList('webhookDeliveries', [z.string().regex(/^[1-9]\d{0,17}$/)]);

export const WebhookEndpoint: WebhookEndpointResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.endpointById.load(id),
  eventTypes: ({ eventTypes }) => eventTypes as WebhookEventType[],
  payloadVersion: ({ payloadVersion }) => payloadVersion as WebhookPayloadVersion,
  state: ({ state }) => state as WebhookEndpointState,
  disabledBecause: ({ disabledBecause }) => disabledBecause as WebhookEndpointDisabledReason | null,
  disabledAt: ({ disabledAt }) => disabledAt?.toISOString() ?? null,
  failingSince: ({ failingSince }) => failingSince?.toISOString() ?? null,
  madeAt: ({ madeAt }) => madeAt.toISOString(),
  async deliveries({ id }, { first, after, state }, { domain }) {
    const page = list.page({ first, after }, id);
    const [before] = page.after ?? [];
    const rows = await deliveriesOf(domain, id, {
      limit: page.limit + 1,
      state: state ?? undefined,
      before: before === undefined ? undefined : BigInt(before),
    });
    return list.connection(rows, page, ({ position }) => [String(position)]);
  },
};
