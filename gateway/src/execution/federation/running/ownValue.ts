import { ExactNumber } from '../../../documents/exactNumber.ts';

/** What a subgraph sent: a map of JSON, with plain keys only. */
export type JsonObject = Record<string, unknown>;

/** A number that a double cannot hold is an object of JavaScript, but none that a subgraph sent. */
export const isObject = (value: unknown): value is JsonObject | unknown[] =>
  typeof value === 'object' && value !== null && !(value instanceof ExactNumber);

export const isMap = (value: unknown): value is JsonObject => isObject(value) && !Array.isArray(value);

/** A property that the object has of its own: fields may be called `constructor` or `toString`. */
export const own = (object: unknown, key: string | number): unknown =>
  isObject(object) && Object.hasOwn(object, key) ? (object as JsonObject)[key] : undefined;
