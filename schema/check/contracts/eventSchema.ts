import { z } from 'zod';
import type { EventDefinition } from '#platform/events/defineEvent.ts';

/** A JSON Schema as far as payloads of events use it. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly additionalProperties?: JsonSchema | boolean;
}

/** The payload of an event as it is committed. */
export interface EventSchema extends JsonSchema {
  /** The event's name. */
  readonly title: string;
  readonly 'x-version': string;
  readonly 'x-topic': string;
}

export const eventSchemaFolder = 'schema/events/json';

export function eventSchemaOf({ name, version, topic, schema }: EventDefinition): EventSchema {
  const payload = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', target: 'draft-2020-12' });
  return { title: name, 'x-version': version, 'x-topic': topic, ...(payload as JsonSchema) };
}
