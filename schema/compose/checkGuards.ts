import { Kind, type ConstDirectiveNode, type FieldDefinitionNode } from 'graphql';
import { didYouMean } from '#platform/config/misspelling.ts';
import { at, placeOf, type CompositionProblem } from './compositionProblem.ts';
import {
  directivesOf,
  fieldsNamedBy,
  rootTypes,
  type IndexedField,
  type IndexedType,
  type TypeNodeOf,
} from './typeIndex.ts';

type Declaring = { readonly directives?: readonly ConstDirectiveNode[] };

/**
 * Checks that a field says who may read it, by `@auth` or `@anyone`, wherever silence would mean that anybody may:
 * each root field; each field of an entity, since any subgraph may lead to an entity, so that guards on the way to it
 * do not protect it; and each field of a type that has `@auth` anywhere, since a reader would take its other fields
 * for guarded as well. A root field of Query that needs scopes must be nullable: an error of a field that is never null
 * takes the whole answer away, also what the reader may see.
 */
export function checkGuards(types: Map<string, IndexedType>): CompositionProblem[] {
  return [...types.values()]
    .filter(({ kind }) => kind === 'composite')
    .flatMap((type) => [
      ...(mustDecide(type, types) ? undecided(type) : []),
      ...[...type.fields.values()].flatMap(({ name, nodes }) => contradictions(type, name, nodes)),
      ...(type.name === 'Query' ? neverNull(type) : []),
      ...typeContradictions(type),
      ...[...type.interfaces].flatMap((name) => weakerThan(types.get(name), type)),
      ...type.nodes.flatMap((node) => misnamed(type, node)),
    ]);
}

/** The scopes of a node in one order, whatever the order in the SDL; undefined without `@auth`. */
const scopesOf = (node: Declaring): string | undefined => {
  const value = directivesOf(node, 'auth')[0]?.arguments?.find(({ name }) => name.value === 'scopes')?.value;
  return value?.kind === Kind.LIST
    ? value.values
        .flatMap((each) => (each.kind === Kind.STRING ? [each.value] : []))
        .sort()
        .join(', ')
    : undefined;
};

const isEntity = (node: TypeNodeOf): boolean =>
  directivesOf(node, 'key').some(
    (directive) =>
      !directive.arguments?.some(
        ({ name, value }) => name.value === 'resolvable' && value.kind === Kind.BOOLEAN && !value.value,
      ),
  );

const asksForScopes = (type: IndexedType): boolean =>
  [...type.nodes, ...[...type.fields.values()].flatMap(({ nodes }) => nodes)].some(
    (node) => scopesOf(node) !== undefined,
  );

const mustDecide = (type: IndexedType, types: Map<string, IndexedType>): boolean =>
  rootTypes.includes(type.name) ||
  type.nodes.some(isEntity) ||
  asksForScopes(type) ||
  [...type.interfaces].some((name) => asksForScopes(types.get(name) ?? type));

const neverNull = (type: IndexedType): CompositionProblem[] =>
  [...type.fields.values()].flatMap(({ name, nodes }) =>
    nodes
      .filter((node) => scopesOf(node) !== undefined && node.type.kind === Kind.NON_NULL_TYPE)
      .map((node) => ({
        ...at(node, `Query.${name}`),
        subject: `guarded-not-null:Query.${name}`,
        message: `Query.${name} needs scopes, so it must be nullable: for who lacks them it would take the whole answer away. Remove the ! of its type.`,
      })),
  );

const openedBy = (type: IndexedType): Set<string> =>
  new Set(
    type.nodes.flatMap((node) => directivesOf(node, 'anyone').flatMap((directive) => fieldsNamedBy(directive) ?? [])),
  );

function undecided(type: IndexedType): CompositionProblem[] {
  // `@auth` on a root type would hold for the root fields of all subgraphs, so each root field needs its own.
  if (!rootTypes.includes(type.name) && type.nodes.some((node) => scopesOf(node) !== undefined)) return [];
  const decided = (field: IndexedField) =>
    isOpen(type, field) || field.nodes.some((node) => scopesOf(node) !== undefined);
  return [...type.fields.values()]
    .filter((field) => !decided(field))
    .map((field) => ({
      ...at(field.nodes.find((node) => directivesOf(node, 'external').length === 0) ?? field.nodes[0], type.name),
      subject: `no-guard:${type.name}.${field.name}`,
      message:
        `${type.name}.${field.name} does not say who may ask for it. Write @auth(scopes: ["…"]) behind it, or @anyone if nobody needs a scope` +
        `${rootTypes.includes(type.name) ? '.' : `; many at once: @anyone(fields: "${field.name} …") behind ${type.name}.`}`,
    }));
}

/**
 * The gateway merges the scopes of a field from all subgraphs, and each subgraph checks only its own: both must be
 * the same.
 */
function contradictions(type: IndexedType, name: string, nodes: readonly FieldDefinitionNode[]): CompositionProblem[] {
  const field = `${type.name}.${name}`;
  const resolving = nodes.filter((node) => directivesOf(node, 'external').length === 0);
  const guarded = nodes.find((node) => scopesOf(node) !== undefined);
  if (!guarded) return [];
  const scopes = `@auth(scopes: [${scopesOf(guarded)}])`;
  const open = nodes.flatMap((node) => directivesOf(node, 'anyone'))[0] ?? openingDirective(type, name);
  if (open)
    return [
      {
        ...at(open, field),
        subject: `open-and-guarded:${field}`,
        message: `${field} is for @anyone here, but asks for ${scopes} in ${placeOf(guarded, field)}. Take either away.`,
      },
    ];
  return resolving
    .filter((node) => scopesOf(node) !== scopesOf(guarded))
    .map((node) => ({
      ...at(node, field),
      subject: `other-guard:${field}`,
      message: `${field} asks for ${scopes} in ${placeOf(guarded, field)}, but not here. Write the same in both: each subgraph checks what itself says.`,
    }));
}

const openingDirective = (type: IndexedType, field: string): ConstDirectiveNode | undefined =>
  type.nodes
    .flatMap((node) => directivesOf(node, 'anyone'))
    .find((directive) => fieldsNamedBy(directive)?.includes(field));

const isOpen = (type: IndexedType, { name, nodes }: IndexedField): boolean =>
  openedBy(type).has(name) || nodes.some((node) => directivesOf(node, 'anyone').length > 0);

/** What a field asks for: of its own, and for the type that it is on. */
const scopesOfField = (type: IndexedType, nodes: readonly FieldDefinitionNode[]): Set<string> =>
  new Set([...nodes, ...type.nodes].flatMap((node) => scopesOf(node) ?? []));

/**
 * A client may ask for the fields of an object by the name of its type, where the guards of its interfaces are not met:
 * they have to be its own.
 */
function weakerThan(interfaceType: IndexedType | undefined, type: IndexedType): CompositionProblem[] {
  return [...(interfaceType?.fields.values() ?? [])].flatMap(({ name, nodes }) => {
    const own = type.fields.get(name);
    const has = scopesOfField(type, own?.nodes ?? []);
    const lacks = [...scopesOfField(interfaceType!, nodes)].find((scopes) => !has.has(scopes));
    // Where nothing is decided, that is what is said.
    const decided = own && (has.size > 0 || isOpen(type, own));
    if (!decided || lacks === undefined) return [];
    return [
      {
        ...at(own.nodes[0], type.name),
        subject: `weaker-than-interface:${type.name}.${name}`,
        message: `${type.name}.${name} is asked for without the scopes of ${interfaceType!.name}.${name}, @auth(scopes: [${lacks}]): whoever writes \`... on ${type.name}\` does not meet the guard of the interface. Write the same behind both.`,
      },
    ];
  });
}

/** `@auth` on a type holds for all its fields, in every subgraph that resolves some of them. */
function typeContradictions(type: IndexedType): CompositionProblem[] {
  const guarded = type.nodes.find((node) => scopesOf(node) !== undefined);
  if (!guarded) return [];
  const scopes = `@auth(scopes: [${scopesOf(guarded)}])`;
  if (rootTypes.includes(type.name)) {
    return [
      {
        ...at(guarded, type.name),
        subject: `guarded-root:${type.name}`,
        message: `${type.name} belongs to all subgraphs: write ${scopes} behind each of your fields instead.`,
      },
    ];
  }
  const open = [...type.nodes, ...[...type.fields.values()].flatMap(({ nodes }) => nodes)].flatMap((node) =>
    directivesOf(node, 'anyone'),
  )[0];
  return [
    ...(open
      ? [
          {
            ...at(open, type.name),
            subject: `open-and-guarded:${type.name}`,
            message: `${type.name} asks for ${scopes} in ${placeOf(guarded, type.name)}: no field of it is for @anyone. Take either away.`,
          },
        ]
      : []),
    ...type.nodes
      .filter((node) => scopesOf(node) !== scopesOf(guarded) && resolvesFields(node))
      .map((node) => ({
        ...at(node, type.name),
        subject: `other-guard:${type.name}`,
        message: `${type.name} asks for ${scopes} in ${placeOf(guarded, type.name)}, but not here. Write the same in both: each subgraph checks what itself says.`,
      })),
  ];
}

/** Whether a subgraph resolves fields of the type other than the key by which it refers to it. */
function resolvesFields(node: TypeNodeOf): boolean {
  const keys = new Set(directivesOf(node, 'key').flatMap((directive) => fieldsNamedBy(directive) ?? []));
  const fields = ('fields' in node ? (node.fields ?? []) : []) as readonly FieldDefinitionNode[];
  return fields.some((field) => !keys.has(field.name.value) && directivesOf(field, 'external').length === 0);
}

function misnamed(type: IndexedType, node: TypeNodeOf): CompositionProblem[] {
  const fields = ('fields' in node ? (node.fields ?? []) : []) as readonly FieldDefinitionNode[];
  const own = new Set(fields.map(({ name }) => name.value));
  const onFields = fields.flatMap((field) =>
    directivesOf(field, 'anyone')
      .filter((directive) => fieldsNamedBy(directive))
      .map((directive) => ({
        ...at(directive, type.name),
        subject: `anyone:${type.name}.${field.name.value}`,
        message: '@anyone on a field is about this field: remove its argument `fields`.',
      })),
  );
  const onType = directivesOf(node, 'anyone').flatMap((directive) => {
    const where = at(directive, type.name);
    const names = fieldsNamedBy(directive);
    if (!names)
      return [
        {
          ...where,
          subject: `anyone:${type.name}`,
          message: `@anyone of ${type.name} does not say which fields. Write @anyone(fields: "${[...own].join(' ')}"), as far as it holds.`,
        },
      ];
    return names
      .filter((name) => !own.has(name))
      .map((name) => ({
        ...where,
        subject: `anyone:${type.name}.${name}`,
        message: `@anyone names ${type.name}.${name}, which is not there. Correct the name.${didYouMean(name, own)}`,
      }));
  });
  return [...onFields, ...onType];
}
