import {
  Kind,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isTypeSubTypeOf,
  parseType,
  typeFromAST,
  type ASTNode,
  type GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  type GraphQLType,
  type ObjectValueNode,
} from 'graphql';
import {
  isNarrower,
  mayBeAbsent,
  mayBeNull,
  mayBeRefusedNull,
  type DocumentUses,
  type Selection,
} from '../documents/documentUses.ts';
import type { Severity } from '../model/finding.ts';
import type { ChangeKind, SchemaChange } from './schemaChange.ts';

/** A contract in both states. */
export interface ContractPair {
  readonly before: GraphQLSchema;
  readonly after: GraphQLSchema;
}

/** A document that was valid before the change. */
export interface JudgedDocument {
  readonly uses: DocumentUses;
  /** Why the document is not valid for the contract after all changes; empty if it is. */
  readonly errors: readonly GraphQLError[];
}

/** How a change hits a document. */
export interface Hit {
  readonly severity: Severity;
  readonly how: string;
  readonly node: ASTNode | undefined;
}

interface Case extends ContractPair, JudgedDocument {
  readonly change: SchemaChange;
}

const error = (how: string, node?: ASTNode): Hit => ({ severity: 'error', how, node });
const warning = (how: string, node?: ASTNode): Hit => ({ severity: 'warning', how, node });

/** How the change hits the document; undefined if the document goes on as before. */
export const judge = (change: SchemaChange, pair: ContractPair, document: JudgedDocument): Hit | undefined =>
  judges[change.kind]({ change, ...pair, ...document });

const judges: Readonly<Record<ChangeKind, (each: Case) => Hit | undefined>> = {
  'type-added': nothing,
  'field-added': nothing,
  'deprecation-added': nothing,
  'deprecation-removed': nothing,
  'description-changed': nothing,
  'type-removed': ({ change, uses }) => met(uses.types.get(change.type), 'needs it'),
  'type-kind-changed': ({ change, uses }) => met(uses.types.get(change.type), 'needs it as it was'),
  'field-removed': ({ change, uses }) => met(uses.selections.get(change.coordinate)?.[0]?.node, 'reads it'),
  'field-type-changed': fieldType,
  'argument-added': argumentAdded,
  'argument-removed': (each) => met(giving(each)[0]?.node, 'passes it'),
  'argument-type-changed': argumentType,
  'argument-default-changed': argumentDefault,
  'input-field-added': inputFieldAdded,
  'input-field-removed': inputFieldRemoved,
  'input-field-type-changed': inputFieldType,
  'input-field-default-changed': inputFieldDefault,
  'one-of-added': ({ change, uses }) =>
    met(uses.variableTypes.get(change.type), 'may send several fields of it') ??
    met(
      uses.inputLiterals.get(change.type)?.find((node) => !isOneField(node, uses)),
      'sends other than one field of it',
    ),
  'one-of-removed': nothing,
  'enum-value-added': ({ change, uses }) => {
    const node = uses.enumsRead.get(change.type);
    return node && warning(`reads ${change.type} and may be answered a value that its client does not know`, node);
  },
  'enum-value-removed': ({ change, uses }) =>
    met(uses.enumLiterals.get(change.coordinate), 'sends it') ??
    met(uses.variableTypes.get(change.type), 'may send it in a variable'),
  'union-member-added': ({ change, uses }) => {
    const node = uses.abstractRead.get(change.type);
    return node && warning(`reads ${change.type} and may be answered a type that its client does not know`, node);
  },
  'union-member-removed': ({ change, uses, errors }) =>
    errors.length > 0 ? met(uses.conditions.get(change.member), `has a fragment on ${change.member}`) : undefined,
  'interface-added': ({ change, uses }) => {
    const unknown = 'may be answered a type that its client does not know';
    const [read, named] = [uses.abstractRead.get(change.member), uses.conditions.get(change.member)];
    if (read) return warning(`reads ${change.member} and ${unknown}`, read);
    return named && warning(`has a fragment on ${change.member} and ${unknown}`, named);
  },
  'interface-removed': ({ change, uses, errors }) =>
    met(uses.conditions.get(change.member), `has a fragment on ${change.member}, which ${change.type} no longer is`) ??
    (errors.length > 0
      ? met(uses.conditions.get(change.type), `has a fragment on ${change.type}, which no longer is a ${change.member}`)
      : undefined),
  'directive-added': nothing,
  'directive-removed': (each) => met(selectionsOf(each)[0]?.node, 'has it'),
  'directive-narrowed': (each) =>
    each.errors.length > 0 ? met(selectionsOf(each)[0]?.node, 'has it in a way that is no longer allowed') : undefined,
  'scalar-specified': ({ change, uses }) => {
    const node = uses.types.get(change.type);
    return node && warning('reads or sends it', node);
  },
};

function nothing(): undefined {
  return undefined;
}

const met = (node: ASTNode | undefined, how: string): Hit | undefined => node && error(how, node);

/** Where the document selects the field, on the type itself or on an interface of it, or has the directive. */
function selectionsOf({ change, uses, before }: Case): readonly Selection[] {
  if (change.type.startsWith('@')) return uses.selections.get(change.type) ?? [];
  const type = before.getType(change.type);
  const interfaces = isObjectType(type) || isInterfaceType(type) ? type.getInterfaces().map(({ name }) => name) : [];
  return [change.type, ...interfaces].flatMap((name) => uses.selections.get(`${name}.${change.member}`) ?? []);
}

const giving = (each: Case): readonly Selection[] =>
  selectionsOf(each).filter(({ given }) => given.has(each.change.argument ?? ''));

const typeIn = (schema: GraphQLSchema, sdl: string | undefined): GraphQLType | undefined =>
  sdl === undefined ? undefined : typeFromAST(schema, parseType(sdl) as never);

function fieldType({ change, uses, after, errors }: Case): Hit | undefined {
  const selections = uses.selections.get(change.coordinate) ?? [];
  const node = selections[0]?.node;
  if (!node) return undefined;
  const [old, now] = [typeIn(after, change.before), typeIn(after, change.after)];
  if (old && now && isTypeSubTypeOf(after, now, old)) {
    const broken = selections.find((each) => errors.some((problem) => isWithin(problem, each.node)));
    return met(broken?.node, 'has a fragment in it on a type that it no longer can be');
  }
  const onlyNull = change.before?.replaceAll('!', '') === change.after?.replaceAll('!', '');
  return error(onlyNull ? 'reads it, and its client was built for a value that is never null' : 'reads it', node);
}

const isWithin = ({ nodes = [] }: GraphQLError, { loc: around }: ASTNode): boolean =>
  nodes.some(({ loc }) => loc && around && loc.start >= around.start && loc.end <= around.end);

/** Whether a value for an input of which one field is given is one, whatever the variables are. */
const isOneField = ({ fields }: ObjectValueNode, uses: DocumentUses): boolean =>
  fields.length === 1 && !mayBeNull(fields[0]!.value, uses);

function argumentAdded(each: Case): Hit | undefined {
  const argument = argumentIn(each.after, each.change);
  if (!argument || !isRequiredArgument(argument)) return undefined;
  return met(selectionsOf(each)[0]?.node, 'does not pass it');
}

function argumentType(each: Case): Hit | undefined {
  const { change, uses, before, after, errors } = each;
  const argument = argumentIn(after, change);
  const [old, now] = [typeIn(before, change.before), typeIn(after, change.after)] as (GraphQLInputType | undefined)[];
  if (old && now && isNarrower(old, now)) return undefined;
  const required = argument && isRequiredArgument(argument);
  for (const { node, given } of selectionsOf(each)) {
    const value = given.get(change.argument ?? '');
    if (value === undefined) {
      if (required) return error('does not pass it', node);
      continue;
    }
    if (errors.length > 0) return error('passes it', node);
    if (now && mayBeRefusedNull(value, now, uses)) return warning('may pass null, which is refused', node);
  }
  return undefined;
}

function argumentIn(schema: GraphQLSchema, { type, member, argument }: SchemaChange) {
  if (type.startsWith('@')) return schema.getDirective(type.slice(1))?.args.find(({ name }) => name === argument);
  const found = schema.getType(type);
  const field = found && 'getFields' in found ? found.getFields()[member] : undefined;
  return field && 'args' in field ? field.args.find(({ name }) => name === argument) : undefined;
}

function argumentDefault(each: Case): Hit | undefined {
  const { change, uses, after } = each;
  const argument = argumentIn(after, change);
  const required = argument && isRequiredArgument(argument);
  for (const { node, given } of selectionsOf(each)) {
    if (!mayBeAbsent(given.get(change.argument ?? ''), uses)) continue;
    return required ? error('does not pass it', node) : warning('leaves it out and gets the default', node);
  }
  return undefined;
}

function inputField(schema: GraphQLSchema, { type, member }: SchemaChange) {
  const found = schema.getType(type);
  const field = found && 'getFields' in found ? found.getFields()[member] : undefined;
  return field && !('args' in field) ? field : undefined;
}

function inputFieldAdded({ change, uses, after }: Case): Hit | undefined {
  const field = inputField(after, change);
  if (!field || !isNonNullType(field.type) || field.defaultValue !== undefined) return undefined;
  return met(sending(change.type, uses), `sends ${change.type} without it`);
}

const sending = (type: string, uses: DocumentUses): ASTNode | undefined =>
  uses.variableTypes.get(type) ?? uses.inputLiterals.get(type)?.[0];

const literalsWith = ({ change, uses }: Case, given: boolean): ASTNode | undefined =>
  uses.inputLiterals
    .get(change.type)
    ?.find((node) => node.fields.some(({ name }) => name.value === change.member) === given);

function inputFieldRemoved(each: Case): Hit | undefined {
  return (
    met(literalsWith(each, true), 'sends it') ??
    met(each.uses.variableTypes.get(each.change.type), 'may send it in a variable')
  );
}

function inputFieldType(each: Case): Hit | undefined {
  const { change, uses, before, after, errors } = each;
  const [old, now] = [typeIn(before, change.before), typeIn(after, change.after)] as (GraphQLInputType | undefined)[];
  if (old && now && isNarrower(old, now)) return undefined;
  const variable = met(uses.variableTypes.get(change.type), 'may send what it was in a variable');
  if (variable) return variable;
  if (errors.length > 0) return met(uses.inputLiterals.get(change.type)?.[0], `sends ${change.type}`);
  const field = inputField(after, change);
  const nullable = uses.inputLiterals
    .get(change.type)
    ?.find((node) => node.fields.some(({ name, value }) => name.value === change.member && mayBeNull(value, uses)));
  return field && isNonNullType(field.type) && nullable
    ? warning('may send null, which is refused', nullable)
    : undefined;
}

function inputFieldDefault(each: Case): Hit | undefined {
  const { change, uses, after } = each;
  const field = inputField(after, change);
  const required = field && isNonNullType(field.type) && field.defaultValue === undefined;
  const absent = uses.inputLiterals.get(change.type)?.find((node) => {
    const given = node.fields.find(({ name }) => name.value === change.member)?.value;
    return given === undefined || (given.kind === Kind.VARIABLE && mayBeAbsent(given, uses));
  });
  const byDefault = uses.inputDefaults
    .get(change.type)
    ?.find(({ value }) => !value.fields.some(({ name }) => name.value === change.member))?.node;
  const node = uses.variableTypes.get(change.type) ?? absent ?? byDefault;
  if (!node) return undefined;
  return required ? error('may leave it out', node) : warning('may leave it out and then gets the default', node);
}
