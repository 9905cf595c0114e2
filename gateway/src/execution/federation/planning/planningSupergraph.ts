import {
  Kind,
  parse,
  print,
  type ConstDirectiveNode,
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
  /** Labels of progressive `@override`s. */
  readonly overrideLabels: ReadonlySet<string>;
  /** Some field takes an argument from a `@context`. */
  readonly hasContexts: boolean;
}

export function planningSupergraph(document: DocumentNode): PlanningSupergraph {
  const types = new SupergraphTypes(document);
  const prefix = freePrefix(types);
  const calls = new RequiredCalls(types, prefix);
  const source = new JoinReader(calls);
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
    overrideLabels: source.overrideLabels,
    hasContexts: source.hasContexts,
  };
}

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

  constructor(calls: RequiredCalls) {
    this.#calls = calls;
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
    this.#readContexts(directive);
    const requires = directiveArgument(directive, 'requires');
    if (typeof requires !== 'string') return directive;
    const set = this.#calls.rewrite(selectionOf(requires), type);
    this.required.set(`${String(directiveArgument(directive, 'graph'))}.${type}.${field.name.value}`, set);
    const text = print(set).slice(1, -1).replace(/\s+/g, ' ').trim();
    return {
      ...directive,
      arguments: directive.arguments?.map((each) =>
        each.name.value === 'requires' ? { ...each, value: { kind: Kind.STRING, value: text } } : each,
      ),
    };
  }

  /** What a context selects is fetched under its own name, without arguments. */
  #readContexts(directive: ConstDirectiveNode): void {
    const value = directive.arguments?.find((each) => each.name.value === 'contextArguments')?.value;
    if (value?.kind !== Kind.LIST) return;
    this.hasContexts = true;
    this.#reserveNames(print(value));
  }

  #reserveNames(text: string): void {
    for (const [name] of text.matchAll(/[A-Za-z_]\w*/g)) this.#calls.reserve(name);
  }
}

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
