import { Kind, type ConstDirectiveNode, type ConstValueNode, type DocumentNode } from 'graphql';

export interface ListSize {
  readonly assumedSize?: number;
  /** Names of the arguments that say how long the list may be. */
  readonly slicedBy?: readonly string[];
}

const argumentOf = (directive: ConstDirectiveNode, name: string): ConstValueNode | undefined =>
  directive.arguments?.find((each) => each.name.value === name)?.value;

const objectsOf = (document: DocumentNode) =>
  document.definitions.filter(
    (each) => each.kind === Kind.OBJECT_TYPE_DEFINITION || each.kind === Kind.OBJECT_TYPE_EXTENSION,
  );

/** The fields of each entity's first key. */
export function keysOf(document: DocumentNode): Map<string, readonly string[]> {
  const keys = new Map<string, readonly string[]>();
  for (const { name, directives = [] } of objectsOf(document)) {
    const key = directives.find((each) => each.name.value === 'key');
    const fields = key && argumentOf(key, 'fields');
    if (fields?.kind === Kind.STRING && !keys.has(name.value)) keys.set(name.value, fields.value.trim().split(/\s+/));
  }
  return keys;
}

/** What `@listSize` says, by `<type>.<field>`. */
export function listSizesOf(document: DocumentNode): Map<string, ListSize> {
  const sizes = new Map<string, ListSize>();
  for (const type of objectsOf(document))
    for (const field of type.fields ?? []) {
      const listSize = field.directives?.find(({ name }) => name.value === 'listSize');
      if (!listSize) continue;
      const assumed = argumentOf(listSize, 'assumedSize');
      const slicing = argumentOf(listSize, 'slicingArguments');
      sizes.set(`${type.name.value}.${field.name.value}`, {
        ...(assumed?.kind === Kind.INT && { assumedSize: Number(assumed.value) }),
        ...(slicing?.kind === Kind.LIST && {
          slicedBy: slicing.values.flatMap((value) => (value.kind === Kind.STRING ? [value.value] : [])),
        }),
      });
    }
  return sizes;
}
