import { z } from 'zod';
import type { EventDefinition } from '#platform/events/defineEvent.ts';
import { eventSchemaOf } from '#schema/check/contracts/eventSchema.ts';
import { eventCatalogue } from '#schema/eventCatalogue.ts';
import { exampleEvent } from '#schema/seed/exampleEvent.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import { bodiesOfSources } from '#webhooks/bodies.ts';
import { writeIfChanged, type GenerateTask } from './task.ts';

export const asyncApiPath = 'schema/asyncapi.json';

/** Makes `schema/asyncapi.json`: all events, and the webhooks that others send us, as AsyncAPI 3. It is committed. */
export const asyncApi = (): GenerateTask[] => [
  {
    name: asyncApiPath,
    inputs: [
      'scripts/generate/asyncApi.ts',
      'schema/check/contracts/eventSchema.ts',
      'schema/events/fields.ts',
      'schema/seed/exampleEvent.ts',
      ...subgraphs.map(({ name }) => `schema/events/${name}.ts`),
      'webhooks/src/bodies.ts',
      'webhooks/src/sources',
    ],
    outputs: [asyncApiPath],
    run: async () => void writeIfChanged(asyncApiPath, await asyncApiText()),
  },
];

type Part = Readonly<Record<string, unknown>>;

interface Told {
  readonly channel: string;
  readonly address: string;
  readonly action: 'send' | 'receive';
  readonly summary: string;
  readonly messages: Readonly<Record<string, Part>>;
}

/** The content of the file. */
export async function asyncApiText(): Promise<string> {
  const told = [...topics([...(await eventCatalogue()).values()]), ...webhooks()];
  const document = {
    asyncapi: '3.0.0',
    info: {
      title: 'Dr. Burger: events and webhooks',
      version: '1.0.0',
      description:
        'What the domains tell on the bus, at least once and in order for each aggregate, and what systems outside tell us by webhooks.',
      contact: { name: 'Dr. Burger, platform', url: 'https://api.drburger.example/support' },
      license: { name: 'Proprietary' },
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(told.map((each) => [each.channel, channelOf(each)])),
    operations: Object.fromEntries(told.map((each) => [`${each.action}_${each.channel}`, operationOf(each)])),
    components: {
      messages: Object.assign({}, ...told.map(({ messages }) => messages)) as Part,
      schemas: { Metadata: metadata },
    },
  };
  return `${JSON.stringify(document, undefined, 1)}\n`;
}

const channelOf = ({ address, summary, messages }: Told): Part => ({
  address,
  description: summary,
  messages: Object.fromEntries(Object.keys(messages).map((name) => [name, { $ref: `#/components/messages/${name}` }])),
});

const operationOf = ({ action, channel, summary, messages }: Told): Part => ({
  action,
  channel: { $ref: `#/channels/${channel}` },
  summary,
  messages: Object.keys(messages).map((name) => ({ $ref: `#/channels/${channel}/messages/${name}` })),
});

/** The topics of the bus. */
function topics(events: readonly EventDefinition[]): Told[] {
  return [...new Set(events.map(({ topic }) => topic))].sort().map((topic) => {
    const own = events.filter((each) => each.topic === topic);
    return {
      channel: topic.replace('.', '_'),
      address: topic,
      action: 'send',
      summary: `The events of ${own[0]!.domain}, keyed by aggregate.`,
      messages: Object.fromEntries(own.map((event) => [event.name, messageOf(event)])),
    };
  });
}

function messageOf(event: EventDefinition): Part {
  const { $schema: _, ...data } = eventSchemaOf(event) as unknown as Record<string, unknown>;
  const text = { type: 'string' };
  return {
    name: event.name,
    title: `${event.name} ${event.version}`,
    contentType: 'application/json',
    payload: {
      type: 'object',
      properties: {
        eventId: { ...text, format: 'uuid', description: 'The same on every delivery.' },
        eventType: { const: event.name },
        version: { const: event.version },
        timestamp: { ...text, format: 'date-time' },
        source: { const: `${event.domain}-service` },
        data,
        metadata: { $ref: '#/components/schemas/Metadata' },
      },
      required: ['eventId', 'eventType', 'version', 'timestamp', 'source', 'data', 'metadata'],
    },
    examples: [{ payload: exampleEvent(event) }],
  };
}

function webhooks(): Told[] {
  return Object.entries(bodiesOfSources).map(([source, versions]) => ({
    channel: `webhooks_${source}`,
    address: `/webhooks/${source}`,
    action: 'receive',
    summary: `What ${source} tells us by POST, signed; docs/architecture.md tells what becomes of it.`,
    messages: Object.fromEntries(
      Object.entries(versions).map(([version, body]) => {
        const { $schema: _, ...payload } = z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' });
        const name = `${source}_${version.replaceAll('-', '_')}`;
        return [name, { name, title: `${source}, ${version}`, contentType: 'application/json', payload }];
      }),
    ),
  }));
}

const metadata: Part = {
  type: 'object',
  properties: {
    aggregateId: { type: 'string' },
    aggregateVersion: { type: 'integer', minimum: 1, description: 'Counts without gaps.' },
    feed: { type: 'string', description: 'Such as `store:17`; left out when the event has none.' },
    feedVersion: { type: 'integer', minimum: 1 },
    causationId: { type: 'string' },
    correlationId: { type: 'string' },
    traceparent: { type: 'string' },
    actor: { type: 'string', description: '`<kind>:<subject>`, an id and never a name.' },
    onBehalfOf: { type: 'string', description: 'For whom the actor acted, if not for itself: `<kind>:<subject>`.' },
  },
  required: ['aggregateId', 'aggregateVersion', 'causationId', 'correlationId', 'traceparent', 'actor'],
};
