import { diff, type Change } from '@graphql-inspector/core';
import type { GraphQLNamedType, GraphQLSchema } from 'graphql';
import { markChanges } from './markChanges.ts';

/** What may happen to a contract. */
export type ChangeKind =
  | 'type-removed'
  | 'type-added'
  | 'type-kind-changed'
  | 'field-removed'
  | 'field-added'
  | 'field-type-changed'
  | 'argument-added'
  | 'argument-removed'
  | 'argument-type-changed'
  | 'argument-default-changed'
  | 'input-field-added'
  | 'input-field-removed'
  | 'input-field-type-changed'
  | 'input-field-default-changed'
  | 'one-of-added'
  | 'one-of-removed'
  | 'enum-value-added'
  | 'enum-value-removed'
  | 'union-member-added'
  | 'union-member-removed'
  | 'interface-added'
  | 'interface-removed'
  | 'deprecation-added'
  | 'deprecation-removed'
  | 'directive-added'
  | 'directive-removed'
  | 'directive-narrowed'
  | 'scalar-specified'
  | 'description-changed';

/** One change between two states of a contract. */
export interface SchemaChange {
  readonly kind: ChangeKind;
  /** The schema coordinate, such as `Order.total`, `Query.stores(first:)` or `@format(width:)`. */
  readonly coordinate: string;
  /** The type on which it happened, or the directive with its `@`. */
  readonly type: string;
  /** The field, the enum value, the member of the union or the interface. */
  readonly member: string;
  readonly argument?: string;
  /** Type, default or kind, as SDL. Undefined where there was or is none. */
  readonly before?: string;
  readonly after?: string;
  /** Of a new argument or input field: whether it has a default, so that it may be left out whatever its type. */
  readonly fallback?: boolean;
}

type Meta = Readonly<Record<string, string | boolean | null | undefined>>;
type Reading = (meta: Meta) => Omit<SchemaChange, 'kind' | 'coordinate'> & { readonly coordinate?: string };

const text = (value: Meta[string]): string => (typeof value === 'string' ? value : '');
/** As SDL: the diff tells the default `EN` of an enum as `"EN"`. */
const maybe = (value: Meta[string]): string | undefined =>
  typeof value === 'string' ? value.replace(/^"([A-Z][A-Z0-9_]*)"$/, '$1') : undefined;

const ofType: Reading = (meta) => ({
  type: text(meta['typeName'] ?? meta['addedTypeName'] ?? meta['removedTypeName']),
  member: '',
  before: maybe(meta['oldTypeKind']),
  after: maybe(meta['newTypeKind']),
});
const ofField: Reading = (meta) => ({
  type: text(meta['typeName']),
  member: text(meta['fieldName'] ?? meta['addedFieldName'] ?? meta['removedFieldName']),
  before: maybe(meta['oldFieldType']),
  after: maybe(meta['newFieldType'] ?? meta['addedFieldReturnType']),
});
const ofArgument: Reading = (meta) => ({
  type: text(meta['typeName']),
  member: text(meta['fieldName']),
  argument: text(meta['argumentName'] ?? meta['addedArgumentName'] ?? meta['removedFieldArgumentName']),
  before: maybe(meta['oldArgumentType'] ?? meta['oldDefaultValue']),
  after: maybe(meta['newArgumentType'] ?? meta['newDefaultValue'] ?? meta['addedArgumentType']),
  fallback: meta['hasDefaultValue'] === true,
});
const ofDirective: Reading = (meta) => ({
  type: `@${text(meta['directiveName'] ?? meta['addedDirectiveName'] ?? meta['removedDirectiveName'])}`,
  member: '',
});
const ofDirectiveArgument: Reading = (meta) => ({
  ...ofDirective(meta),
  argument: text(
    meta['directiveArgumentName'] ?? meta['addedDirectiveArgumentName'] ?? meta['removedDirectiveArgumentName'],
  ),
  before: maybe(meta['oldDirectiveArgumentType'] ?? meta['oldDirectiveArgumentDefaultValue']),
  after: maybe(
    meta['newDirectiveArgumentType'] ?? meta['newDirectiveArgumentDefaultValue'] ?? meta['addedDirectiveArgumentType'],
  ),
});
const ofInputField: Reading = (meta) => ({
  type: text(meta['inputName']),
  member: text(meta['inputFieldName'] ?? meta['addedInputFieldName'] ?? meta['removedFieldName']),
  before: maybe(meta['oldInputFieldType'] ?? meta['oldDefaultValue']),
  after: maybe(meta['newInputFieldType'] ?? meta['newDefaultValue'] ?? meta['addedInputFieldType']),
  fallback: meta['addedFieldDefault'] !== undefined,
});
const ofEnumValue: Reading = (meta) => ({
  type: text(meta['enumName']),
  member: text(meta['addedEnumValueName'] ?? meta['removedEnumValueName'] ?? meta['enumValueName']),
});
const ofUnion: Reading = (meta) => ({
  type: text(meta['unionName']),
  member: text(meta['addedUnionMemberTypeName'] ?? meta['removedUnionMemberTypeName']),
});
const ofInterface: Reading = (meta) => ({
  type: text(meta['objectTypeName']),
  member: text(meta['addedInterfaceName'] ?? meta['removedInterfaceName']),
});

const table: Readonly<Record<string, readonly [ChangeKind, Reading]>> = {
  TYPE_REMOVED: ['type-removed', ofType],
  TYPE_ADDED: ['type-added', ofType],
  TYPE_KIND_CHANGED: ['type-kind-changed', ofType],
  FIELD_REMOVED: ['field-removed', ofField],
  FIELD_ADDED: ['field-added', ofField],
  FIELD_TYPE_CHANGED: ['field-type-changed', ofField],
  FIELD_ARGUMENT_ADDED: ['argument-added', ofArgument],
  FIELD_ARGUMENT_REMOVED: ['argument-removed', ofArgument],
  FIELD_ARGUMENT_TYPE_CHANGED: ['argument-type-changed', ofArgument],
  FIELD_ARGUMENT_DEFAULT_CHANGED: ['argument-default-changed', ofArgument],
  INPUT_FIELD_ADDED: ['input-field-added', ofInputField],
  INPUT_FIELD_REMOVED: ['input-field-removed', ofInputField],
  INPUT_FIELD_TYPE_CHANGED: ['input-field-type-changed', ofInputField],
  INPUT_FIELD_DEFAULT_VALUE_CHANGED: ['input-field-default-changed', ofInputField],
  ENUM_VALUE_ADDED: ['enum-value-added', ofEnumValue],
  ENUM_VALUE_REMOVED: ['enum-value-removed', ofEnumValue],
  UNION_MEMBER_ADDED: ['union-member-added', ofUnion],
  UNION_MEMBER_REMOVED: ['union-member-removed', ofUnion],
  OBJECT_TYPE_INTERFACE_ADDED: ['interface-added', ofInterface],
  OBJECT_TYPE_INTERFACE_REMOVED: ['interface-removed', ofInterface],
  DIRECTIVE_ADDED: ['directive-added', ofDirective],
  DIRECTIVE_REMOVED: ['directive-removed', ofDirective],
  DIRECTIVE_REPEATABLE_REMOVED: ['directive-narrowed', ofDirective],
  DIRECTIVE_LOCATION_REMOVED: ['directive-narrowed', ofDirective],
  DIRECTIVE_ARGUMENT_ADDED: ['argument-added', ofDirectiveArgument],
  DIRECTIVE_ARGUMENT_REMOVED: ['argument-removed', ofDirectiveArgument],
  DIRECTIVE_ARGUMENT_TYPE_CHANGED: ['argument-type-changed', ofDirectiveArgument],
  DIRECTIVE_ARGUMENT_DEFAULT_VALUE_CHANGED: ['argument-default-changed', ofDirectiveArgument],
};

function read(change: Change): SchemaChange | undefined {
  const meta = change.meta as Meta;
  // A change of several words for one thing: clients see new text and nothing else.
  if (/DESCRIPTION/.test(change.type)) {
    const coordinate = change.path ?? '';
    const [type = '', member = ''] = coordinate.split('.');
    return { kind: 'description-changed', coordinate, type, member };
  }
  const known = table[change.type];
  if (!known) return undefined;
  const [kind, reading] = known;
  const found = reading(meta);
  return { kind, ...found, coordinate: coordinateOf(found) };
}

const coordinateOf = ({ type, member, argument }: Omit<SchemaChange, 'kind' | 'coordinate'>): string =>
  `${type}${member === '' ? '' : `.${member}`}${argument === undefined ? '' : `(${argument}:)`}`;

function hasMember(type: GraphQLNamedType, member: string): boolean {
  if ('getValue' in type) return type.getValue(member) !== undefined;
  return !('getFields' in type) || member in type.getFields();
}

/**
 * The changes from one state of a contract to another. What belongs to a new type, or to a new field, is part of that
 * and not a change of its own.
 */
export async function schemaChanges(before: GraphQLSchema, after: GraphQLSchema): Promise<SchemaChange[]> {
  const changes = (await diff(before, after)).flatMap((change) => read(change) ?? []);
  const isNew = ({ kind, type, member }: SchemaChange): boolean => {
    if (kind === 'type-added' || kind === 'directive-added') return false;
    if (type.startsWith('@')) return !before.getDirective(type.slice(1));
    const old = before.getType(type);
    // A new type of a known interface turns up in what clients read of the interface.
    if (!old) return kind !== 'interface-added' || !before.getType(member);
    if (kind === 'description-changed' || kind.startsWith('argument')) return member !== '' && !hasMember(old, member);
    return false;
  };
  const unlike = new Map(
    [...changes.filter((change) => !isNew(change)), ...markChanges(before, after)].map((change) => [
      `${change.kind}:${change.coordinate}`,
      change,
    ]),
  );
  return [...unlike.values()];
}
