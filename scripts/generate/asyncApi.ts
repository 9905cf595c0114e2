import { z } from 'zod';
import type { EventDefinition } from '#platform/events/defineEvent.ts';
import { eventSchemaOf } from '#schema/check/contracts/eventSchema.ts';
import { eventCatalogue } from '#schema/eventCatalogue.ts';
import { exampleEvent, exampleTime } from '#schema/seed/exampleEvent.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import { eventTypes, payloadOf, pingType } from '#subgraphs/partners/src/webhooks/eventTypes.ts';
import { bodyOf } from '#subgraphs/partners/src/webhooks/payloadVersions.ts';
import { bodiesOfSources } from '#webhooks/bodies.ts';
import { writeIfChanged, type GenerateTask } from './task.ts';

export const asyncApiPath = 'schema/asyncapi.json';

/** Makes `schema/asyncapi.json`: all events, and webhooks to us and to partners, as AsyncAPI 3. It is committed. */
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
      'subgraphs/partners/src/webhooks/eventTypes.ts',
      'subgraphs/partners/src/webhooks/payloadVersions.ts',
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
  const events = [...(await eventCatalogue()).values()];
  const told = [...topics(events), ...webhooks(), webhooksToPartners(events)];
  const document = {
    asyncapi: '3.0.0',
    info: {
      title: 'Dr. Burger: events and webhooks',
      version: '1.0.0',
      description:
        'What the domains tell on the bus, at least once and in order for each aggregate; what systems outside tell us by webhooks; and what the apps of partners are told by webhooks (docs/partners.md).',
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
  ...(address === '{endpoint}' && { parameters: { endpoint: { description: 'The address of the endpoint.' } } }),
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

/** Names of messages, which have no dots. */
const nameOfMessage = (type: string): string => `webhook_${type.replaceAll('.', '_')}`;

/** What apps of partners are told, at the address that they registered. */
function webhooksToPartners(events: readonly EventDefinition[]): Told {
  const told = eventTypes.map((eventType) => {
    const { type, event, fields } = eventType;
    const definition = events.find(({ name }) => name === event)!;
    const { properties = {} } = eventSchemaOf(definition);
    const { data, metadata: about } = exampleEvent(definition);
    return webhookMessage({
      type,
      data: { type: 'object', properties: Object.fromEntries(fields.map((name) => [name, properties[name] ?? {}])) },
      example: bodyOf({
        ...{ payloadVersion: 'V1', type, object: `${type.split('.')[0]}:${about.aggregateId}` },
        ...{ objectVersion: about.aggregateVersion, happenedAt: new Date(exampleTime) },
        data: payloadOf(eventType, { data } as never),
      }),
    });
  });
  const ping = webhookMessage({
    type: pingType,
    data: { type: 'object' },
    example: bodyOf({
      ...{ payloadVersion: 'V1', type: pingType, object: 'endpoint:1', objectVersion: 1 },
      ...{ happenedAt: new Date(exampleTime), data: {} },
    }),
  });
  return {
    channel: 'partner_webhooks',
    address: '{endpoint}',
    action: 'send',
    summary: 'What apps of partners are told by POST, at the address that they registered, signed; docs/partners.md.',
    messages: Object.fromEntries([...told, ping].map((message) => [message['name'], message])),
  };
}

function webhookMessage({ type, data, example }: { type: string; data: Part; example: string }): Part {
  const text = { type: 'string' };
  return {
    name: nameOfMessage(type),
    title: type,
    contentType: 'application/json',
    headers: {
      type: 'object',
      properties: {
        'webhook-id': { ...text, description: 'The id of the message, the same on every try and in a replay.' },
        'webhook-timestamp': { ...text, description: 'When this try was signed, in seconds since 1970.' },
        'webhook-signature': { ...text, description: 'HMAC-SHA256 of id, timestamp and body: Standard Webhooks.' },
        'webhook-cursor': { ...text, description: 'Where the receiver stands: a replay can begin behind it.' },
        authorization: {
          ...text,
          description: '`Bearer` and a JWT (ES256) whose `request_body_sha256` is of the body.',
        },
      },
      required: ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
    },
    payload: {
      type: 'object',
      properties: {
        version: { const: 'V1' },
        type: { const: type },
        timestamp: { ...text, format: 'date-time', description: 'When it happened.' },
        object: { ...text, description: 'What it is about: messages about one object come in order.' },
        objectVersion: { type: 'integer', description: 'Of two messages about one object, the higher is the newer.' },
        data,
      },
      required: ['version', 'type', 'timestamp', 'object', 'objectVersion', 'data'],
    },
    examples: [{ payload: JSON.parse(example) as unknown }],
  };
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
