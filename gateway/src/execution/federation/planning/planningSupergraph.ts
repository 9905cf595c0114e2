import {
  Kind,
  parse,
  print,
  type ConstDirectiveNode,
  type ConstObjectValueNode,
  type ConstValueNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { RequiredCalls } from './requiredCalls.ts';
import { SupergraphTypes, directiveArgument, hasFields, type FieldsTypeNode } from './supergraphSource.ts';

/** A supergraph as the planner is shown it: no field has arguments, and each required call is a field of its own. */
export interface PlanningSupergraph {
  readonly document: DocumentNode;
  readonly calls: RequiredCalls;
  /** What internal names begin with; no field of the graph does. */
  readonly prefix: string;
  /** What each field requires, by `SUBGRAPH.Type.field`; subgraphs as `join__Graph` has them. */
  readonly required: ReadonlyMap<string, SelectionSetNode>;
  /** The fields of the keys of each type, by `SUBGRAPH.Type`, as paths: `/id`, `/org/id`. */
  readonly keys: ReadonlyMap<string, ReadonlySet<string>>;
  /** Name of each subgraph → its value in `join__Graph`. */
  readonly graphValues: ReadonlyMap<string, string>;
  /** Interfaces that some subgraph knows as an object. */
  readonly interfaceObjects: ReadonlySet<string>;
  /** Their fields that require something, by `Type.field`. */
  readonly requiring: ReadonlySet<string>;
  /** Interfaces that are no `@context`, of types that are: of the interface alone the planner finds no context. */
  readonly askedByType: ReadonlySet<string>;
  /** Labels of progressive `@override`s. */
  readonly overrideLabels: ReadonlySet<string>;
  /** Some field takes an argument from a `@context`. */
  readonly hasContexts: boolean;
}

export function planningSupergraph(document: DocumentNode): PlanningSupergraph {
  const types = new SupergraphTypes(document);
  const prefix = freePrefix(types);
  const calls = new RequiredCalls(types, prefix);
  const contexts = contextTypes(document);
  const source = new JoinReader(calls, contexts);
  const read = document.definitions.map((each) => (hasFields(each) ? source.readType(each) : each));
  return {
    // Only now it is known which calls there are.
    document: {
      ...document,
      definitions: read.map((each) => (hasFields(each) ? withoutArguments(each, calls) : each)),
    },
    calls,
    prefix,
    required: source.required,
    keys: source.keys,
    graphValues: graphValues(document.definitions),
    interfaceObjects: source.interfaceObjects,
    requiring: requiringFields(source),
    askedByType: withoutContext(document, types, new Set([...contexts.values()].flat())),
    overrideLabels: source.overrideLabels,
    hasContexts: source.hasContexts,
  };
}

const requiringFields = ({ required, interfaceObjects }: JoinReader): Set<string> =>
  new Set(
    [...required.keys()].flatMap((key) => {
      const [, type = '', field] = key.split('.');
      return interfaceObjects.has(type) ? [`${type}.${field}`] : [];
    }),
  );

function freePrefix(types: SupergraphTypes): string {
  const names = [...types.all()].flatMap(({ fields }) => (fields ?? []).map(({ name }) => name.value));
  let prefix = '_i';
  while (names.some((name) => name.startsWith(prefix))) prefix += 'i';
  return prefix;
}

/** Reads `@join__field` and `@join__type`, and writes required calls under their names. */
class JoinReader {
  readonly required = new Map<string, SelectionSetNode>();
  readonly keys = new Map<string, Set<string>>();
  readonly overrideLabels = new Set<string>();
  readonly interfaceObjects = new Set<string>();
  hasContexts = false;
  readonly #calls: RequiredCalls;
  readonly #contexts: ReadonlyMap<string, readonly string[]>;

  /** @param contexts the types that each context stands for */
  constructor(calls: RequiredCalls, contexts: ReadonlyMap<string, readonly string[]>) {
    this.#calls = calls;
    this.#contexts = contexts;
  }

  readType(type: FieldsTypeNode): FieldsTypeNode {
    // A key is fetched by its fields' own names, of whatever type they are.
    for (const directive of type.directives ?? []) {
      if (directive.name.value !== 'join__type') continue;
      if (directiveArgument(directive, 'isInterfaceObject') === true) this.interfaceObjects.add(type.name.value);
      const key = directiveArgument(directive, 'key');
      if (typeof key !== 'string') continue;
      this.#reserveNames(key);
      const of = `${String(directiveArgument(directive, 'graph'))}.${type.name.value}`;
      const paths = this.keys.get(of) ?? new Set();
      this.keys.set(of, fieldPaths(selectionOf(key), '', paths));
    }
    return {
      ...type,
      directives: resolvableFirst(type.directives ?? []),
      fields: type.fields?.map((field) => ({
        ...field,
        directives: field.directives?.map((each) => this.#readField(each, type.name.value, field)),
      })),
    };
  }

  #readField(directive: ConstDirectiveNode, type: string, field: FieldDefinitionNode): ConstDirectiveNode {
    if (directive.name.value !== 'join__field') return directive;
    const label = directiveArgument(directive, 'overrideLabel');
    if (typeof label === 'string') this.overrideLabels.add(label);
    const read = this.#readContexts(directive);
    const requires = directiveArgument(directive, 'requires');
    if (typeof requires !== 'string') return read;
    const set = this.#calls.rewrite(selectionOf(requires), type);
    this.required.set(`${String(directiveArgument(directive, 'graph'))}.${type}.${field.name.value}`, set);
    return withArgument(read, 'requires', { kind: Kind.STRING, value: textOfSet(set) });
  }

  /** What a context selects is fetched under its own name, without arguments. */
  #readContexts(directive: ConstDirectiveNode): ConstDirectiveNode {
    const value = directive.arguments?.find((each) => each.name.value === 'contextArguments')?.value;
    if (value?.kind !== Kind.LIST) return directive;
    this.hasContexts = true;
    this.#reserveNames(print(value));
    return withArgument(directive, 'contextArguments', {
      ...value,
      values: value.values.map((each) => (each.kind === Kind.OBJECT ? this.#readContext(each) : each)),
    });
  }

  #readContext(argument: ConstObjectValueNode): ConstObjectValueNode {
    const textOf = (name: string) => {
      const value = argument.fields.find((each) => each.name.value === name)?.value;
      return value?.kind === Kind.STRING ? value.value.trim() : '';
    };
    const selection = textOf('selection');
    const isSet = selection.startsWith('{');
    const set = this.#calls.rewriteContext(
      selectionOf(isSet ? selection.slice(1, -1) : selection),
      this.#contexts.get(textOf('context')) ?? [],
    );
    const value = isSet ? `{ ${textOfSet(set)} }` : textOfSet(set);
    return {
      ...argument,
      fields: argument.fields.map((each) =>
        each.name.value === 'selection' ? { ...each, value: { kind: Kind.STRING, value } } : each,
      ),
    };
  }

  #reserveNames(text: string): void {
    for (const [name] of text.matchAll(/[A-Za-z_]\w*/g)) this.#calls.reserve(name);
  }
}

const withArgument = (directive: ConstDirectiveNode, name: string, value: ConstValueNode): ConstDirectiveNode => ({
  ...directive,
  arguments: directive.arguments?.map((each) => (each.name.value === name ? { ...each, value } : each)),
});

const textOfSet = (set: SelectionSetNode): string => print(set).slice(1, -1).replace(/\s+/g, ' ').trim();

/** The name of the directive `@context`, which a supergraph may link under another one. */
function contextDirective(document: DocumentNode): string {
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION) continue;
    for (const each of definition.directives ?? []) {
      const url = each.name.value === 'link' ? directiveArgument(each, 'url') : undefined;
      if (typeof url === 'string' && url.startsWith('https://specs.apollo.dev/context/'))
        return String(directiveArgument(each, 'as') ?? 'context');
    }
  }
  return 'context';
}

/** The types that each context of a supergraph is declared on. */
function contextTypes(document: DocumentNode): Map<string, string[]> {
  const types = new Map<string, string[]>();
  const called = contextDirective(document);
  for (const definition of document.definitions) {
    const isUnion = definition.kind === Kind.UNION_TYPE_DEFINITION;
    if (!isUnion && !hasFields(definition)) continue;
    for (const directive of definition.directives ?? []) {
      const name = directive.name.value === called ? directiveArgument(directive, 'name') : undefined;
      if (typeof name !== 'string') continue;
      const of = isUnion ? (definition.types ?? []).map((each) => each.name.value) : [definition.name.value];
      types.set(name, [...(types.get(name) ?? []), ...of]);
    }
  }
  return types;
}

/** The interfaces of types that stand for a context, which do not stand for one. */
const withoutContext = (
  document: DocumentNode,
  types: SupergraphTypes,
  contextTypeNames: ReadonlySet<string>,
): Set<string> =>
  new Set(
    document.definitions.flatMap((each) => {
      if (each.kind !== Kind.INTERFACE_TYPE_DEFINITION || contextTypeNames.has(each.name.value)) return [];
      return types.implementers(each.name.value).some((name) => contextTypeNames.has(name)) ? [each.name.value] : [];
    }),
  );

const selectionOf = (text: string): SelectionSetNode =>
  (parse(`{${text}}`, { noLocation: true }).definitions[0] as OperationDefinitionNode).selectionSet;

function fieldPaths(set: SelectionSetNode, prefix: string, out: Set<string>): Set<string> {
  for (const each of set.selections) {
    if (each.kind === Kind.INLINE_FRAGMENT) fieldPaths(each.selectionSet, prefix, out);
    if (each.kind !== Kind.FIELD) continue;
    const path = `${prefix}/${each.name.value}`;
    out.add(path);
    if (each.selectionSet) fieldPaths(each.selectionSet, path, out);
  }
  return out;
}

/** The planner takes the first key for what follows a `@requires`, whether it can be resolved or not. */
const resolvableFirst = (directives: readonly ConstDirectiveNode[]): ConstDirectiveNode[] => {
  const rank = (each: ConstDirectiveNode) =>
    each.name.value === 'join__type' && directiveArgument(each, 'resolvable') === false ? 1 : 0;
  return [...directives].sort((a, b) => rank(a) - rank(b));
};

function withoutArguments(type: FieldsTypeNode, calls: RequiredCalls): FieldsTypeNode {
  const plain = (type.fields ?? []).map((field) => ({ ...field, arguments: [] }));
  const added = [...calls.addedTo(type.name.value)].flatMap(([name, field]) => {
    const original = plain.find((each) => each.name.value === field);
    return original ? [{ ...original, name: { kind: Kind.NAME as const, value: name } }] : [];
  });
  return { ...type, fields: [...plain, ...added] };
}

function graphValues(definitions: readonly DefinitionNode[]): Map<string, string> {
  const values = new Map<string, string>();
  for (const definition of definitions) {
    if (definition.kind !== Kind.ENUM_TYPE_DEFINITION || definition.name.value !== 'join__Graph') continue;
    for (const value of definition.values ?? []) {
      const name = value.directives?.[0] && directiveArgument(value.directives[0], 'name');
      if (typeof name === 'string') values.set(name, value.name.value);
    }
  }
  return values;
}
