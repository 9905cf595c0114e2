import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';
import type { ChangeKind, SchemaChange } from './schemaChange.ts';

/** An element of a schema with what SDL writes behind it for clients. */
interface Marked {
  readonly change: Pick<SchemaChange, 'coordinate' | 'type' | 'member' | 'argument'>;
  readonly deprecation?: string | null | undefined;
  readonly oneOf?: boolean;
  readonly specifiedBy?: string | null | undefined;
}

/**
 * What changed in `@deprecated`, `@oneOf` and `@specifiedBy`. The diff tells it for some elements only, and of an
 * enum value whose deprecation has no reason it tells the opposite.
 */
export function markChanges(before: GraphQLSchema, after: GraphQLSchema): SchemaChange[] {
  const present = new Map(markedIn(after).map((each) => [each.change.coordinate, each]));
  return markedIn(before).flatMap((old) => {
    const now = present.get(old.change.coordinate);
    return now ? kindsOf(old, now).map((kind) => ({ kind, ...old.change })) : [];
  });
}

function kindsOf(old: Marked, now: Marked): ChangeKind[] {
  const isDeprecated = ({ deprecation }: Marked) => typeof deprecation === 'string';
  return [
    ...(!isDeprecated(old) && isDeprecated(now) ? (['deprecation-added'] as const) : []),
    ...(isDeprecated(old) && !isDeprecated(now) ? (['deprecation-removed'] as const) : []),
    ...(old.oneOf === false && now.oneOf === true ? (['one-of-added'] as const) : []),
    ...(old.oneOf === true && now.oneOf === false ? (['one-of-removed'] as const) : []),
    ...('specifiedBy' in old && 'specifiedBy' in now && old.specifiedBy !== now.specifiedBy
      ? (['scalar-specified'] as const)
      : []),
  ];
}

const markedIn = (schema: GraphQLSchema): Marked[] => Object.values(schema.getTypeMap()).flatMap(marksOf);

function marksOf(type: GraphQLNamedType): Marked[] {
  const of = (member: string, deprecation: string | null | undefined): Marked => ({
    change: { coordinate: `${type.name}.${member}`, type: type.name, member },
    deprecation,
  });
  const self = { coordinate: type.name, type: type.name, member: '' };
  if (isScalarType(type)) return [{ change: self, specifiedBy: type.specifiedByURL }];
  if (isEnumType(type)) return type.getValues().map(({ name, deprecationReason }) => of(name, deprecationReason));
  if (isInputObjectType(type))
    return [
      { change: self, oneOf: type.isOneOf },
      ...Object.values(type.getFields()).map(({ name, deprecationReason }) => of(name, deprecationReason)),
    ];
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).flatMap(({ name, deprecationReason, args }) => [
    of(name, deprecationReason),
    ...args.map((argument) => ({
      change: {
        coordinate: `${type.name}.${name}(${argument.name}:)`,
        type: type.name,
        member: name,
        argument: argument.name,
      },
      deprecation: argument.deprecationReason,
    })),
  ]);
}
