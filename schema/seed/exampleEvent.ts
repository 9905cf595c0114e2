import type { EventDefinition, EventEnvelope } from '#platform/events/defineEvent.ts';
import { eventSchemaOf, type JsonSchema } from '#schema/check/contracts/eventSchema.ts';
import { seedId } from '#schema/seed/seedId.ts';

/** When examples happen. */
export const exampleTime = '2026-03-01T12:00:00.000Z';
const at = exampleTime;

/**
 * A payload that an event could have, made from its schema alone, the same on every run: for documents, and for pacts
 * of those who hear it. What is said in `over` is so instead.
 */
export function examplePayload(definition: EventDefinition, over: Readonly<Record<string, unknown>> = {}): unknown {
  const made = valueOf(eventSchemaOf(definition) as never, '') as Readonly<Record<string, unknown>>;
  return definition.of({ ...made, ...over }).data;
}

/** The event with that payload, in the company's envelope. */
export function exampleEvent(definition: EventDefinition, over?: Readonly<Record<string, unknown>>): EventEnvelope {
  const data = examplePayload(definition, over);
  const feed = definition.feed?.(data);
  return {
    eventId: seedId('event', definition.name),
    eventType: definition.name,
    version: definition.version,
    timestamp: at,
    source: `${definition.domain}-service`,
    data,
    metadata: {
      aggregateId: definition.aggregate(data),
      aggregateVersion: 3,
      ...(feed !== undefined && { feed, feedVersion: 41 }),
      causationId: seedId('event', 'cause'),
      correlationId: seedId('event', 'correlation'),
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      actor: `service:${definition.domain}`,
    },
  };
}

/** `name` is that of the property, which decides what a text is. */
function valueOf(schema: JsonSchema & Readonly<Record<string, unknown>>, name: string): unknown {
  if (schema.enum) return schema.enum[0];
  if ('const' in schema) return schema['const'];
  const [either] = schema.anyOf ?? (schema['oneOf'] as readonly JsonSchema[] | undefined) ?? [];
  if (either) return valueOf(either as never, name);
  const [type] = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  if (type === 'object') return objectOf(schema);
  if (type === 'array') return [valueOf((schema.items ?? {}) as never, name)];
  if (type === 'boolean') return true;
  if (type === 'integer' || type === 'number') return numberOf(schema, name);
  return textOf(schema, name);
}

function objectOf({ properties, additionalProperties }: JsonSchema): unknown {
  // A text in each language.
  if (!properties) return { de: valueOf(additionalProperties as never, 'text') };
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, valueOf(schema as never, name)]));
}

function numberOf(schema: Readonly<Record<string, unknown>>, name: string): number {
  const least = Number(schema['minimum'] ?? schema['exclusiveMinimum'] ?? 0);
  const most = Number(schema['maximum'] ?? schema['exclusiveMaximum'] ?? 1_000);
  if (name === 'exponent') return 2;
  return Math.min(Math.max(least + 1, 1), most);
}

function textOf(schema: Readonly<Record<string, unknown>>, name: string): string {
  if (schema['format'] === 'uuid') return seedId('example', name);
  if (schema['format'] === 'date-time') return at;
  if (schema['format'] === 'date') return at.slice(0, 10);
  if (schema['pattern'] === '^[A-Z]{3}$') return 'EUR';
  if (schema['pattern'] === '^[A-Z]{2}$' || name === 'country') return 'DE';
  return name;
}
