import { type Kind, type ConstDirectiveNode, type DefinitionNode, type DocumentNode, type NameNode } from 'graphql';
import { placeIn, type Place } from '../../compose/compositionProblem.ts';

/** Where an element of the schema is declared. */
export interface Declaration {
  /** The subgraph, or the view of a channel as `view of kiosk`. */
  readonly source: string;
  readonly place: Place;
  readonly directives: readonly ConstDirectiveNode[];
}

interface Declaring {
  readonly kind: Kind;
  readonly name: NameNode;
  readonly directives?: readonly ConstDirectiveNode[];
  readonly fields?: readonly Declaring[];
  readonly values?: readonly Declaring[];
  readonly arguments?: readonly Declaring[];
}

/** All declarations by schema coordinate: `Order`, `Order.total`, `Query.stores(first:)`, `OrderStatus.READY`. */
export class Coordinates {
  readonly #declarations = new Map<string, Declaration[]>();

  constructor(sources: Iterable<{ readonly name: string; readonly document: DocumentNode }>) {
    for (const { name, document } of sources)
      for (const definition of document.definitions) this.#addDefinition(name, definition);
  }

  #addDefinition(source: string, definition: DefinitionNode): void {
    if (!/(Type|InputObject|Enum|Union|Scalar|Interface)\w*(Definition|Extension)$/.test(definition.kind)) return;
    const type = definition as unknown as Declaring;
    this.#add(source, type.name.value, type);
    for (const field of type.fields ?? []) {
      this.#add(source, `${type.name.value}.${field.name.value}`, field);
      for (const argument of field.arguments ?? [])
        this.#add(source, `${type.name.value}.${field.name.value}(${argument.name.value}:)`, argument);
    }
    for (const value of type.values ?? []) this.#add(source, `${type.name.value}.${value.name.value}`, value);
  }

  #add(source: string, coordinate: string, node: Declaring): void {
    const place = placeIn(node as never);
    if (!place) return;
    const known = this.#declarations.get(coordinate) ?? [];
    known.push({ source, place, directives: node.directives ?? [] });
    this.#declarations.set(coordinate, known);
  }

  /** The declarations, one for each subgraph that has it. */
  of(coordinate: string): readonly Declaration[] {
    return this.#declarations.get(coordinate) ?? [];
  }

  /** Where it is, or its type, that `@inaccessible` hides from all clients. */
  hidden(coordinate: string): Place | undefined {
    return [coordinate, coordinate.split('.')[0] ?? '']
      .flatMap((each) => this.of(each))
      .find(({ directives }) => directives.some(({ name }) => name.value === 'inaccessible'))?.place;
  }

  has(coordinate: string): boolean {
    return this.#declarations.has(coordinate);
  }

  names(): Iterable<string> {
    return this.#declarations.keys();
  }

  /** Where it is, or else the nearest thing around it that is there: the field of an argument, the type of a field. */
  nearest(coordinate: string): Place | undefined {
    const around = [coordinate, coordinate.replace(/\(.*$/, ''), coordinate.split('.')[0] ?? ''];
    return around.map((each) => this.#declarations.get(each)?.[0]?.place).find(Boolean);
  }
}
