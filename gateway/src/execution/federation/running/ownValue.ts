/** What a subgraph sent: a map of JSON, with plain keys only. */
export type JsonObject = Record<string, unknown>;

export const isObject = (value: unknown): value is JsonObject | unknown[] =>
  typeof value === 'object' && value !== null;

export const isMap = (value: unknown): value is JsonObject => isObject(value) && !Array.isArray(value);

/** A property that the object has of its own: fields may be called `constructor` or `toString`. */
export const own = (object: unknown, key: string | number): unknown =>
  isObject(object) && Object.hasOwn(object, key) ? (object as JsonObject)[key] : undefined;
