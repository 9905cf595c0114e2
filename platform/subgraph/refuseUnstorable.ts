import { defaultFieldResolver, isObjectType, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';
import { CodedError } from './codedError.ts';
import { isStorable } from './isStorable.ts';

/** The smallest number above zero with full precision. PostgreSQL refuses smaller ones (denormalised numbers). */
const leastFloat = 2.2250738585072014e-308;

/** The path within a value to the first text or number that cannot be stored; undefined if there is none. */
function unstorableIn(value: unknown, path: string): string | undefined {
  if (typeof value === 'string') return isStorable(value) ? undefined : path;
  if (typeof value === 'number') return value !== 0 && Math.abs(value) < leastFloat ? path : undefined;
  if (typeof value !== 'object' || value === null || value instanceof Date) return undefined;
  for (const [key, each] of Object.entries(value)) {
    const found = unstorableIn(each, `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Makes every field refuse arguments with a text or number that the database cannot store, before its resolver runs.
 * Otherwise the statements that get such a value would fail, each in its own way.
 */
export function refuseUnstorable(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.args.length === 0) continue;
      const resolve = field.resolve ?? defaultFieldResolver;
      const checked: GraphQLFieldResolver<unknown, unknown> = (
        source,
        args: Record<string, unknown>,
        context,
        info,
      ) => {
        for (const [name, value] of Object.entries(args)) {
          const found = unstorableIn(value, name);
          if (found !== undefined)
            throw new CodedError(
              'BAD_USER_INPUT',
              `\`${found}\` holds U+0000, half a character, or a number next to zero: leave it out.`,
            );
        }
        return resolve(source, args, context, info);
      };
      field.resolve = checked as typeof resolve;
    }
  }
  return schema;
}
