import {
  Kind,
  type ConstDirectiveNode,
  type DefinitionNode,
  type FieldDefinitionNode,
  type InputObjectTypeDefinitionNode,
} from 'graphql';
import { at, placeOf, type CompositionProblem } from './compositionProblem.ts';
import { loadRoutes } from '#gateway/rest/loadRoutes.ts';
import type { GraphSource } from './graphSource.ts';
import { fieldsRead, type FieldsRead } from './readByRoutes.ts';
import {
  indexTypes,
  namedTypeOf,
  rootTypes,
  type IndexedField,
  type IndexedType,
  type TypeNodeOf,
} from './typeIndex.ts';

/** What a channel's contract has. */
export interface ContractRules {
  readonly name: string;
  readonly tags: readonly string[];
  /** The folder of the routes of a channel that serves these only: its contract has what they read, and no more. */
  readonly routes?: URL;
}

export interface FilteredGraph {
  /** The subgraphs with everything outside the contract marked `@inaccessible`, and the view unchanged. */
  readonly sources: readonly GraphSource[];
  /** The contradictions within the contract. Compose only when there are none. */
  readonly problems: readonly CompositionProblem[];
}

const builtIn = new Set(['ID', 'String', 'Int', 'Float', 'Boolean']);
const inaccessible: ConstDirectiveNode = { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: 'inaccessible' } };

/**
 * Decides which types and fields a channel sees. Tags are merged over all subgraphs first, so that a declaration
 * without tags hides nothing.
 */
class Contract {
  readonly #types: Map<string, IndexedType>;
  readonly #view: Map<string, IndexedType>;
  readonly #tags: ReadonlySet<string>;
  readonly #channel: string;
  readonly #read: FieldsRead | undefined;
  readonly reached = new Set<string>();
  /** The types that fields of the contract have: what an answer may be. */
  readonly #answered = new Set<string>();
  readonly problems: CompositionProblem[] = [];

  constructor({ name, tags, routes }: ContractRules, types: Map<string, IndexedType>, view: Map<string, IndexedType>) {
    this.#channel = name;
    this.#types = types;
    this.#view = view;
    this.#tags = new Set(tags);
    this.#read =
      routes &&
      fieldsRead(
        loadRoutes(routes).map(({ document }) => document),
        types,
      );
  }

  #taken = (tags: ReadonlySet<string>): boolean => [...tags].some((tag) => this.#tags.has(tag));

  /**
   * Object and interface types are in the contract by their tags, types of the view always, root types when one of
   * their fields is, and all other types when something in the contract refers to them.
   */
  seesType(name: string): boolean {
    const type = this.#types.get(name);
    if (!type) return this.#view.has(name) || builtIn.has(name);
    if (rootTypes.includes(name))
      return this.#view.has(name) || [...type.fields.values()].some((field) => this.seesField(type, field));
    return type.kind !== 'composite' || this.#taken(type.tags);
  }

  /**
   * A field is in the contract by its own tags. The tags of its type count only when the type names the field in
   * `@show`, so that a new field is visible to nobody until somebody decides it.
   */
  seesField(type: IndexedType, field: IndexedField): boolean {
    if (this.#read && this.#isUnread(this.#read, type.name, field.name)) return false;
    if (field.tags.size > 0) return this.#taken(field.tags);
    return type.shown.has(field.name) && this.seesType(type.name);
  }

  /**
   * Of a type that an answer may be though no document reads a field of it, all fields stay: a type without any does
   * not compose.
   */
  #isUnread(read: FieldsRead, type: string, field: string): boolean {
    const fields = read.get(type);
    return fields ? !fields.has(field) : rootTypes.includes(type);
  }

  /**
   * Walks everything that can be reached from the root fields and the view, and records references to something
   * outside the contract.
   */
  walk(): void {
    for (const root of rootTypes) if (this.seesType(root)) this.#reach(root);
    for (const type of this.#view.values())
      if (!rootTypes.includes(type.name) && !this.#types.has(type.name)) this.#reach(type.name);
    this.#reachImplementations();
    this.#findHiddenImplementations();
  }

  #reachImplementations(): void {
    for (let before = -1; before !== this.reached.size;) {
      before = this.reached.size;
      for (const type of this.#types.values()) {
        if ([...type.interfaces].some((name) => this.reached.has(name)) && this.seesType(type.name))
          this.#reach(type.name);
      }
    }
  }

  #findHiddenImplementations(): void {
    for (const type of this.#types.values()) {
      const [answered] = [...type.interfaces].filter((name) => this.#answered.has(name));
      const [node] = type.nodes;
      if (answered === undefined || node?.kind === Kind.INTERFACE_TYPE_DEFINITION) continue;
      this.#refer(
        type.name,
        type.name,
        node,
        `the interface ${answered} is in the contract of ${this.#channel}, but ${type.name}, which implements it, is not: a client could get an answer it cannot read`,
      );
    }
  }

  #reach(name: string): void {
    if (this.reached.has(name) || builtIn.has(name)) return;
    this.reached.add(name);
    const type = this.#types.get(name);
    if (type?.kind === 'input') this.#reachInput(type);
    for (const member of type?.members ?? []) {
      this.#refer(
        member,
        name,
        type?.nodes[0],
        `the union ${name} is in the contract of ${this.#channel}, but its member ${member} is not: a client could get an answer it cannot read`,
      );
    }
    for (const field of type?.fields.values() ?? [])
      if (type && this.seesField(type, field)) this.#reachField(name, field);
    for (const field of this.#view.get(name)?.fields.values() ?? []) this.#reachField(name, field);
    for (const member of this.#view.get(name)?.members ?? [])
      this.#refer(
        member,
        name,
        this.#view.get(name)?.nodes[0],
        `the union ${name} of the view has the member ${member}, which is not in the contract of ${this.#channel}`,
      );
    for (const each of type?.interfaces ?? [])
      if (this.seesType(each) && (this.#read?.has(each) ?? true)) this.#reach(each);
  }

  #reachField(typeName: string, field: IndexedField): void {
    for (const node of field.nodes) {
      const target = namedTypeOf(node.type);
      this.#answered.add(target);
      this.#refer(
        target,
        `${typeName}.${field.name}`,
        node,
        `${typeName}.${field.name} is in the contract of ${this.#channel}, but its type ${target} is not`,
      );
      for (const argument of node.arguments ?? []) this.#reach(namedTypeOf(argument.type));
    }
  }

  #reachInput(type: IndexedType): void {
    for (const node of type.nodes as InputObjectTypeDefinitionNode[])
      for (const field of node.fields ?? []) this.#reach(namedTypeOf(field.type));
  }

  #refer(
    target: string,
    referring: string,
    node: FieldDefinitionNode | TypeNodeOf | undefined,
    complaint: string,
  ): void {
    if (this.seesType(target)) return this.#reach(target);
    const known = this.#types.get(target);
    const where = at(node, this.#channel);
    const message = `${complaint}. Tag ${target}${known ? ` (${placeOf(known.nodes[0], target)})` : ''} with one of ${[...this.#tags].join(', ')}, or give what refers to it tags of its own.`;
    if (!this.problems.some((problem) => problem.where === where.where && problem.message === message))
      this.problems.push({ ...where, subject: `outside-contract:${this.#channel}:${referring}`, message });
  }
}

const marked = <Node extends { directives?: readonly ConstDirectiveNode[] }>(node: Node): Node => ({
  ...node,
  directives: [...(node.directives ?? []), inaccessible],
});

/**
 * Marks a type that is outside the contract, or those of its fields that are. A type is marked only once in each
 * subgraph.
 */
function mark(
  definition: DefinitionNode,
  contract: Contract,
  types: Map<string, IndexedType>,
  done: Set<string>,
): DefinitionNode {
  if (!('name' in definition) || !definition.name) return definition;
  const type = types.get(definition.name.value);
  if (!type || !type.nodes.includes(definition as TypeNodeOf)) return definition;
  const isEmptyRoot = rootTypes.includes(type.name) && !contract.seesType(type.name);
  if (isEmptyRoot || !contract.reached.has(type.name)) {
    if (done.has(type.name)) return definition;
    done.add(type.name);
    return marked(definition as TypeNodeOf) as DefinitionNode;
  }
  if (type.kind !== 'composite') return definition;
  const fields = ((definition as { fields?: readonly FieldDefinitionNode[] }).fields ?? []).map((node) => {
    const field = type.fields.get(node.name.value);
    return field && !contract.seesField(type, field) ? marked(node) : node;
  });
  return { ...definition, fields } as DefinitionNode;
}

/** The graph as a channel sees it: what its tags select, and its view. */
export function filterToContract(
  rules: ContractRules,
  sources: readonly GraphSource[],
  view?: GraphSource,
): FilteredGraph {
  const types = indexTypes(sources);
  const contract = new Contract(rules, types, view ? indexTypes([view]) : new Map<string, IndexedType>());
  contract.walk();
  const filtered = sources.map((source) => {
    const done = new Set<string>();
    return {
      ...source,
      document: {
        ...source.document,
        definitions: source.document.definitions.map((each) => mark(each, contract, types, done)),
      },
    };
  });
  return { sources: view ? [...filtered, view] : filtered, problems: contract.problems };
}
