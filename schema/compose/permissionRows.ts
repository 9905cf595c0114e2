import { Kind, type ConstDirectiveNode } from 'graphql';
import { at, type CompositionProblem } from './compositionProblem.ts';
import { directivesOf, rootTypes, type IndexedType } from './typeIndex.ts';

/** What has a row of its own in `schema/permissions.ts`. */
export interface PermissionRow {
  /** `Type.field`, or `Type` where the whole type is guarded. */
  readonly name: string;
  /** Each of these sets has to be met, by one scope of it. Empty: anybody may ask. */
  readonly scopes: readonly (readonly string[])[];
  readonly node: IndexedType['nodes'][number] | undefined;
}

type Declaring = { readonly directives?: readonly ConstDirectiveNode[] };

const scopeSets = (nodes: readonly Declaring[]): string[][] => {
  const sets = nodes.flatMap((node) =>
    directivesOf(node, 'auth').map((directive) => {
      const value = directive.arguments?.[0]?.value;
      return value?.kind === Kind.LIST
        ? value.values.flatMap((each) => (each.kind === Kind.STRING ? [each.value] : []))
        : [];
    }),
  );
  return [...new Map(sets.map((set) => [set.join(' '), set])).values()];
};

/** Every field of Query, Mutation and Subscription, and every type and field that asks for a scope. */
export function permissionRows(types: ReadonlyMap<string, IndexedType>): PermissionRow[] {
  return [...types.values()]
    .filter(({ kind }) => kind === 'composite')
    .sort((a, b) => orderOf(a.name) - orderOf(b.name) || (a.name < b.name ? -1 : 1))
    .flatMap((type) => {
      const ofType = scopeSets(type.nodes);
      const own = ofType.length > 0 ? [{ name: type.name, scopes: ofType, node: type.nodes[0] }] : [];
      const fields = [...type.fields.values()]
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .flatMap((field) => {
          const scopes = scopeSets(field.nodes);
          const isRoot = rootTypes.includes(type.name) && !field.name.startsWith('_');
          return scopes.length > 0 || isRoot
            ? [{ name: `${type.name}.${field.name}`, scopes: [...ofType, ...scopes], node: type.nodes[0] }]
            : [];
        });
      return [...own, ...fields];
    });
}

const orderOf = (name: string): number => (rootTypes.includes(name) ? rootTypes.indexOf(name) : rootTypes.length);

/** Checks that each of them has a decision of `schema/permissions.ts`, and each decision something that it is about. */
export function checkPermissions(
  types: ReadonlyMap<string, IndexedType>,
  permissions: Readonly<Record<string, unknown>>,
): CompositionProblem[] {
  const rows = permissionRows(types);
  const names = new Set(rows.map(({ name }) => name));
  return [
    ...rows
      .filter(({ name }) => !Object.hasOwn(permissions, name))
      .map(({ name, node }) => ({
        ...at(node, name),
        subject: `no-permission:${name}`,
        message: `nobody has decided on whose rows ${name} works. Add it to schema/permissions.ts.`,
      })),
    ...Object.keys(permissions)
      .filter((name) => !names.has(name))
      .map((name) => ({
        where: 'schema/permissions.ts',
        subject: `needless-permission:${name}`,
        message: `${name} is no field that needs a decision any more. Take it out.`,
      })),
  ];
}
