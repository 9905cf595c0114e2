import { isDeepStrictEqual } from 'node:util';
import type { JsonSchema } from './eventSchema.ts';

/** Who cannot read what: a new reader the old events of the log, or an old reader the new events. */
export type Breach = 'backward' | 'forward';

export interface SchemaDifference {
  /** The path within the payload, such as `lines.quantity`; empty for the payload itself. */
  readonly path: string;
  readonly what: string;
  readonly breaches: readonly Breach[];
}

/** The differences between two schemas, as readers that ignore unknown properties meet them. */
export function compareSchemas(before: JsonSchema, after: JsonSchema, path = ''): SchemaDifference[] {
  const [old, now] = [withoutNull(before), withoutNull(after)];
  const found: SchemaDifference[] = [];
  const note = (what: string, ...breaches: Breach[]) => found.push({ path, what, breaches });
  if (old.nullable && !now.nullable) note('may no longer be null', 'backward');
  if (!old.nullable && now.nullable) note('may be null', 'forward');
  const { schema: a } = old;
  const { schema: b } = now;
  if (a.enum && b.enum) {
    for (const value of a.enum) if (!b.enum.includes(value)) note(`has no ${String(value)} any more`, 'backward');
    for (const value of b.enum) if (!a.enum.includes(value)) note(`may be ${String(value)}`, 'forward');
    return found;
  }
  const isAlike = Boolean(a.properties && b.properties) || Boolean(a.items && b.items);
  if (!isDeepStrictEqual(boundsOf(a, isAlike), boundsOf(b, isAlike)))
    note(isAlike ? 'has other bounds' : 'has another type', 'backward', 'forward');
  if (a.properties && b.properties) return [...found, ...compareProperties(a, b, path)];
  return a.items && b.items ? [...found, ...compareSchemas(a.items, b.items, path)] : found;
}

/** What is for people, or told elsewhere. */
const wordy = ['title', 'description', '$schema', 'x-version', 'x-topic'];
const parts = ['properties', 'required', 'items'];

/** What a value is besides its parts, when these are compared one by one. */
const boundsOf = (schema: JsonSchema, withoutParts: boolean): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(schema).filter(([key]) => !wordy.includes(key) && !(withoutParts && parts.includes(key))),
  );

function compareProperties(a: JsonSchema, b: JsonSchema, path: string): SchemaDifference[] {
  const [old, now] = [a.properties ?? {}, b.properties ?? {}];
  const below = (name: string) => (path === '' ? name : `${path}.${name}`);
  const required = (schema: JsonSchema, name: string) => schema.required?.includes(name) ?? false;
  const found: SchemaDifference[] = [];
  const note = (name: string, what: string, ...breaches: Breach[]) => found.push({ path: below(name), what, breaches });
  for (const name of Object.keys(old).filter((each) => !(each in now)))
    note(name, 'is removed', ...(required(a, name) ? (['forward'] as const) : []));
  for (const [name, schema] of Object.entries(now)) {
    const known = old[name];
    if (!known) {
      if (required(b, name)) note(name, 'is new and required', 'backward');
      else note(name, 'is new');
      continue;
    }
    if (required(a, name) && !required(b, name)) note(name, 'may be left out', 'forward');
    if (!required(a, name) && required(b, name)) note(name, 'is required', 'backward');
    found.push(...compareSchemas(known, schema, below(name)));
  }
  return found;
}

/** zod writes `nullable()` as a list of two types, or as `anyOf` of a schema and null. */
function withoutNull(schema: JsonSchema): { readonly schema: JsonSchema; readonly nullable: boolean } {
  if (Array.isArray(schema.type) && schema.type.includes('null')) {
    const [type = 'null', ...others] = schema.type.filter((each) => each !== 'null');
    return { schema: { ...schema, type: others.length > 0 ? [type, ...others] : type }, nullable: true };
  }
  const rest = schema.anyOf?.filter(({ type }) => type !== 'null') ?? [];
  return schema.anyOf && rest.length === 1 && rest.length < schema.anyOf.length
    ? { schema: rest[0]!, nullable: true }
    : { schema, nullable: false };
}
