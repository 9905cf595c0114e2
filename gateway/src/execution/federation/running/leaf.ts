import { isEnumType, type GraphQLLeafType } from 'graphql';
import { ExactNumber } from '../../../documents/exactNumber.ts';

/** A value as clients get it; undefined if it is none of the type. Of a scalar of the graph's own everything is one. */
export function leafValue(type: GraphQLLeafType, value: unknown): unknown {
  if (isEnumType(type)) return typeof value === 'string' && type.getValue(value) ? value : undefined;
  switch (type.name) {
    case 'String':
      return typeof value === 'string' ? value : undefined;
    case 'ID':
      return idValue(value);
    case 'Int':
      return intValue(value);
    case 'Float':
      return typeof value === 'number' || value instanceof ExactNumber ? value : undefined;
    case 'Boolean':
      return typeof value === 'boolean' ? value : undefined;
    default:
      return value;
  }
}

function intValue(value: unknown): number | undefined {
  const double = value instanceof ExactNumber ? Number(value.integer) : value;
  return Number.isInteger(double) && (double as number) <= 2 ** 31 - 1 && (double as number) >= -(2 ** 31)
    ? (double as number)
    : undefined;
}

function idValue(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (Number.isInteger(value)) return String(value);
  return value instanceof ExactNumber ? value.integer : undefined;
}
