import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import {
  Kind,
  buildASTSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  parse,
  print,
  typeFromAST,
  validate,
  validateSchema,
  type DirectiveDefinitionNode,
  type DocumentNode,
  type EnumTypeDefinitionNode,
  type GraphQLInputType,
  type GraphQLSchema,
  type InputObjectTypeDefinitionNode,
  type InterfaceTypeDefinitionNode,
  type ObjectTypeDefinitionNode,
  type OperationDefinitionNode,
  type TypeNode,
  type UnionTypeDefinitionNode,
} from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import { expect, it } from 'vitest';
import { contractFindings } from './changes/contractFindings.ts';
import { documentsOf, type LiveDocument } from './documents/liveDocument.ts';
import { Coordinates } from './model/coordinates.ts';
import { Owners } from './model/owners.ts';
import { workingTree } from './against/tree.ts';
import { hostileSdl, live } from './testing/hostileContract.ts';

interface Contract {
  readonly sdl: DocumentNode;
  readonly documents: readonly LiveDocument[];
}

const contracts: Readonly<Record<string, Contract>> = {
  'the kiosk': {
    sdl: parse(readFileSync('schema/channels/kiosk.graphql', 'utf8'), { noLocation: true }),
    documents: documentsOf('kiosk', workingTree(process.cwd())),
  },
  'interfaces, directives and inputs of one field': {
    sdl: parse(hostileSdl, { noLocation: true }),
    documents: [
      '{ node(id: 1) { __typename id label ... on Order { total } ... on Guest { loud: label(upper: true) } } }',
      'query Q @trace { order(id: 1) { ... on Priced { total } ...N @format(width: 1) } } fragment N on Node { id }',
      'query Q($by: FindBy!) { find(by: $by) { id @format @format(as: "x") ... on Priced { label } } }',
      'query Q($from: Int!) { find(by: { range: { from: $from } }) { id } latest { at } holder { old } }',
      '{ find(by: { range: { from: 1, to: 2 } }) { ... on Node { ... on Order { at } } } }',
    ].map((text, index) => live(text, `Screen${index}`)),
  },
};
const repository = { owners: new Owners(''), coordinates: new Coordinates([]) };

/** A random place in the contract, and what is done there. */
const edit = fc.record({ type: fc.nat(), member: fc.nat(), argument: fc.nat(), how: fc.nat() });
type Edit = typeof edit extends fc.Arbitrary<infer Value> ? Value : never;
const pick = <Item>(items: readonly Item[], at: number): Item => items[at % items.length]!;

type Member = {
  readonly name: { readonly value: string };
  readonly type: TypeNode;
  readonly arguments?: readonly Member[];
};

const withoutAt = <Item>(items: readonly Item[], at: number): Item[] => items.filter((_, i) => i !== at % items.length);
const replaceAt = <Item>(items: readonly Item[], at: number, item: Item): Item[] =>
  items.map((each, i) => (i === at % items.length ? item : each));
const named = (value: string) => ({ kind: Kind.NAME as const, value });
const of = (value: string): TypeNode => ({ kind: Kind.NAMED_TYPE, name: named(value) });

/** The type with its null flipped, in a list, or another scalar. */
function otherType(type: TypeNode, how: number): TypeNode {
  if (how % 3 === 0) return type.kind === Kind.NON_NULL_TYPE ? type.type : { kind: Kind.NON_NULL_TYPE, type };
  if (how % 3 === 1) return { kind: Kind.LIST_TYPE, type };
  return of(pick(['Int', 'String', 'ID'], how));
}

const added = (how: number): Member =>
  ({ kind: Kind.INPUT_VALUE_DEFINITION, name: named('zzz'), type: otherType(of('Int'), how) }) as never;

function editMembers(members: readonly Member[], { member, argument, how }: Edit): Member[] {
  // An edit before this one may have taken the last.
  if (members.length === 0) return [];
  const target = pick(members, member);
  const args = target.arguments ?? [];
  if (how % 4 === 0) return withoutAt(members, member);
  if (how % 4 === 1) return replaceAt(members, member, { ...target, type: otherType(target.type, argument) });
  if (how % 4 === 2 && args.length > 0)
    return replaceAt(members, member, {
      ...target,
      arguments:
        argument % 2 === 0
          ? withoutAt(args, argument)
          : replaceAt(args, argument, { ...pick(args, argument), type: otherType(pick(args, argument).type, how) }),
    });
  return replaceAt(members, member, { ...target, arguments: [...args, added(argument)] });
}

function editContract(sdl: DocumentNode, edits: readonly Edit[]): DocumentNode {
  let definitions = [...sdl.definitions];
  for (const each of edits) {
    const target = pick(definitions, each.type);
    const changed = editType(target as never, each);
    definitions = replaceAt(definitions, each.type, changed as never);
  }
  return { ...sdl, definitions };
}

function editType(
  target:
    | ObjectTypeDefinitionNode
    | InterfaceTypeDefinitionNode
    | InputObjectTypeDefinitionNode
    | EnumTypeDefinitionNode
    | UnionTypeDefinitionNode
    | DirectiveDefinitionNode,
  each: Edit,
): unknown {
  if (target.kind === Kind.OBJECT_TYPE_DEFINITION || target.kind === Kind.INTERFACE_TYPE_DEFINITION)
    return each.argument % 3 === 0 && (target.interfaces?.length ?? 0) > 0
      ? { ...target, interfaces: withoutAt(target.interfaces!, each.member) }
      : { ...target, fields: editMembers(target.fields as never, each) };
  if (target.kind === Kind.DIRECTIVE_DEFINITION) {
    if (each.argument % 3 === 0) return { ...target, repeatable: false };
    if (each.argument % 3 === 1) return { ...target, locations: withoutAt(target.locations, each.member) };
    return { ...target, arguments: editMembers((target.arguments ?? []) as never, each) };
  }
  if (target.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION) {
    if (each.member % 4 === 3)
      return {
        ...target,
        directives: target.directives?.length ? [] : [{ kind: Kind.DIRECTIVE, name: named('oneOf') }],
      };
    const fields = target.fields as unknown as Member[];
    return { ...target, fields: each.how % 4 >= 2 ? [...fields, added(each.argument)] : editMembers(fields, each) };
  }
  if (target.kind === Kind.ENUM_TYPE_DEFINITION)
    return { ...target, values: withoutAt(target.values ?? [], each.member) };
  if (target.kind === Kind.UNION_TYPE_DEFINITION)
    return { ...target, types: withoutAt(target.types ?? [], each.member) };
  return target;
}

/** Values of a type: the fullest one and the emptiest, so that each optional field is both sent and left out. */
function samples(type: GraphQLInputType, depth = 0): unknown[] {
  const inner = getNullableType(type);
  const nothing = isNonNullType(type) ? [] : [null];
  if (isListType(inner)) return [...nothing, [samples(inner.ofType, depth)[isNonNullType(inner.ofType) ? 0 : 1]]];
  if (isEnumType(inner)) return [...nothing, ...inner.getValues().map(({ name }) => name)];
  if (!isInputObjectType(inner))
    return [...nothing, { Int: 1, Float: 1, Boolean: true, Long: 1 }[getNamedType(inner).name] ?? 'x'];
  const fields = Object.values(inner.getFields());
  if (inner.isOneOf)
    return [...nothing, ...fields.map(({ name, type: of }) => ({ [name]: samples(of).find((each) => each !== null) }))];
  const required = fields.filter((field) => isNonNullType(field.type) && field.defaultValue === undefined);
  const object = (chosen: typeof fields, last: boolean) =>
    Object.fromEntries(chosen.map(({ name, type: of }) => [name, samples(of, depth + 1).at(last ? -1 : 0)]));
  return [...nothing, object(required, false), object(fields, true), object(fields, false)];
}

/** Whether all that could be sent with the document before can be sent still. */
function accepts(before: GraphQLSchema, schema: GraphQLSchema, document: DocumentNode): readonly string[] {
  const operation = document.definitions.find(
    (each) => each.kind === Kind.OPERATION_DEFINITION,
  ) as OperationDefinitionNode;
  const definitions = operation.variableDefinitions ?? [];
  return definitions.flatMap((definition) => {
    const type = typeFromAST(before, definition.type as never) as GraphQLInputType;
    return samples(type).flatMap((value) => {
      const given = { [definition.variable.name.value]: value };
      if (getVariableValues(before, [definition], given).errors) return [];
      const { errors } = getVariableValues(schema, [definition], given);
      return (errors ?? []).map(({ message }) => `${print(definition)} ${JSON.stringify(value)}: ${message}`);
    });
  });
}

it.each(Object.entries(contracts))(
  'what is called safe breaks no registered document, and refuses nothing that clients send: %s',
  { timeout: 120_000 },
  async (_name, { sdl, documents }) => {
    const before = buildASTSchema(sdl);
    for (const { document } of documents) expect(validate(before, document)).toEqual([]);
    let safe = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 3 }), async (edits) => {
        const after = buildASTSchema(editContract(sdl, edits), { assumeValidSDL: true });
        fc.pre(validateSchema(after).length === 0);
        const findings = await contractFindings([{ name: 'kiosk', before, after, documents }], repository);
        const hit = new Set(findings.flatMap(({ affected }) => affected.map((each) => each.document)));
        for (const { name, document } of documents) {
          if (hit.has(name)) continue;
          safe += 1;
          expect([name, validate(after, document).map(({ message }) => message)]).toEqual([name, []]);
          expect([name, accepts(before, after, document)]).toEqual([name, []]);
        }
      }),
      { numRuns: documents.length < 10 ? 300 : 60 },
    );
    expect(safe).toBeGreaterThan(50);
  },
);

/** What the generator of edits makes is of use only if it is a change. */
it('edits change the contract', () => {
  const { sdl } = contracts['the kiosk']!;
  expect(print(editContract(sdl, [{ type: 0, member: 0, argument: 0, how: 0 }]))).not.toBe(print(sdl));
});
