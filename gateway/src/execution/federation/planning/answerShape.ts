import {
  Kind,
  getNamedType,
  isAbstractType,
  isCompositeType,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type SelectionSetNode,
} from 'graphql';
import { isIncluded } from './conditions.ts';
import { listsOf } from './expectedAnswer.ts';
import { conditionType, fragmentOf, isDeclaredSubtype, possibleTypes, type Selections } from './normalise.ts';

/** A field of an answer. */
export interface FieldShape {
  /** In the answer. */
  readonly key: string;
  readonly kind: 'typename' | 'introspection' | 'value';
  /** In what was fetched. */
  readonly name: string;
  /** Of a `value`. */
  readonly type: GraphQLOutputType | undefined;
  readonly below: SelectionShape | undefined;
  readonly nodes: readonly FieldNode[];
}

/** What the client asks of an object whose type is known; fields in the order in which it is to answer them. */
export interface ObjectShape {
  readonly type: GraphQLCompositeType;
  readonly fields: readonly FieldShape[];
  /** Of an interface: something is asked that depends on which of its types an object is of. */
  readonly isPartial: boolean;
}

/** What the client asks at a place. What that is for each type that stands there is found out once. */
export class SelectionShape {
  readonly #selections: Selections;
  readonly #sets: readonly SelectionSetNode[];
  readonly #byType = new Map<string, ObjectShape>();

  constructor(selections: Selections, sets: readonly SelectionSetNode[]) {
    this.#selections = selections;
    this.#sets = sets;
  }

  of(type: GraphQLCompositeType): ObjectShape {
    let shape = this.#byType.get(type.name);
    if (!shape) this.#byType.set(type.name, (shape = this.#make(type)));
    return shape;
  }

  #make(type: GraphQLCompositeType): ObjectShape {
    const nodes = new Map<string, FieldNode[]>();
    const skipped = this.#collect(type, this.#sets, nodes, new Set());
    const fields = [...nodes].map(([key, each]) => this.#field(type, key, each));
    const isPartial = isAbstractType(type) && (skipped || fields.some(({ kind }) => kind === 'typename'));
    return { type, fields, isPartial };
  }

  #field(type: GraphQLCompositeType, key: string, nodes: readonly FieldNode[]): FieldShape {
    const [first] = nodes as readonly [FieldNode];
    const name = first.name.value;
    if (name.startsWith('__'))
      return {
        key,
        nodes,
        name,
        kind: name === '__typename' ? 'typename' : 'introspection',
        type: undefined,
        below: undefined,
      };
    const returned = 'getFields' in type ? type.getFields()[name]?.type : undefined;
    const isObject = isCompositeType(returned && getNamedType(returned));
    return {
      key,
      nodes,
      name: this.#selections.names.of(first),
      kind: 'value',
      type: returned,
      below: isObject
        ? new SelectionShape(
            this.#selections,
            nodes.flatMap((each) => each.selectionSet ?? []),
          )
        : undefined,
    };
  }

  #collect(
    type: GraphQLCompositeType,
    sets: readonly SelectionSetNode[],
    /** Taken: response key → its fields. */
    out: Map<string, FieldNode[]>,
    spread: Set<string>,
  ): boolean {
    const { schema, variables } = this.#selections;
    let skipped = false;
    for (const set of sets)
      for (const node of set.selections) {
        if (!isIncluded(node, variables)) continue;
        if (node.kind === Kind.FIELD) {
          const key = (node.alias ?? node.name).value;
          if (!out.has(key)) out.set(key, []);
          out.get(key)!.push(node);
          continue;
        }
        const fragment = fragmentOf(this.#selections, node, spread);
        if (!fragment) continue;
        if (!isDeclaredSubtype(schema, type, conditionType(schema, fragment, type))) skipped = true;
        else if (this.#collect(type, [fragment.selectionSet], out, spread)) skipped = true;
      }
    return skipped;
  }

  /** Whether it has to be known of which type an object of the interface or union is. */
  dependsOnType = (type: GraphQLCompositeType): boolean => this.of(type).isPartial;

  /**
   * A path below this place, by the client's keys, of one by internal names; as far as the client asked for what is on
   * it.
   * @param withinLists how many levels of lists there are before this place
   */
  clientPath(type: GraphQLCompositeType, internal: readonly (string | number)[], withinLists = 0): (string | number)[] {
    const out: (string | number)[] = [];
    let at: { readonly shape: SelectionShape; readonly type: GraphQLCompositeType } | undefined = { shape: this, type };
    let lists = withinLists;
    for (const part of internal) {
      if (typeof part === 'number') {
        if (lists === 0) break;
        lists -= 1;
        out.push(part);
        continue;
      }
      const found: FieldShape | undefined = at && at.shape.#find(at.type, part);
      if (!found) break;
      out.push(found.key);
      lists = found.type ? listsOf(found.type) : 0;
      const named: GraphQLNamedType | undefined = found.type && getNamedType(found.type);
      at = found.below && isCompositeType(named) ? { shape: found.below, type: named } : undefined;
    }
    return out;
  }

  /** Whether the client asks for a field, rather than the plan for itself. */
  asks = (type: GraphQLCompositeType, name: string | number): boolean =>
    typeof name === 'string' && this.#find(type, name) !== undefined;

  /** Whether the client asks for a field here, if only of some types. */
  mentions(name: string | number, sets: readonly SelectionSetNode[] = this.#sets, spread = new Set<string>()): boolean {
    return sets.some(({ selections }) =>
      selections.some((node) => {
        if (!isIncluded(node, this.#selections.variables)) return false;
        if (node.kind === Kind.FIELD) return this.#selections.names.of(node) === name;
        const fragment = fragmentOf(this.#selections, node, spread);
        return fragment !== undefined && this.mentions(name, [fragment.selectionSet], spread);
      }),
    );
  }

  #find(type: GraphQLCompositeType, name: string): FieldShape | undefined {
    for (const each of possibleTypes(this.#selections.schema, type)) {
      const found = this.of(each).fields.find((field) => field.name === name);
      if (found) return found;
    }
    return undefined;
  }
}
