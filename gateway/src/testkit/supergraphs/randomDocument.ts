import {
  doTypesOverlap,
  getNamedType,
  isCompositeType,
  isNonNullType,
  isObjectType,
  isInterfaceType,
  parse,
  validate,
  type DocumentNode,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
} from 'graphql';
import type { SeededRandom } from './seededRandom.ts';

export interface RandomDocument {
  readonly text: string;
  readonly document: DocumentNode;
  readonly variables: Record<string, unknown>;
}

const definitions: Readonly<Record<string, string>> = {
  yes: '$yes: Boolean!',
  maybe: '$maybe: Boolean = true',
  n: '$n: Int!',
  m: '$m: Int! = 2',
  unit: '$unit: String',
};
const aliases = ['x', 'y', 'id', 'code', 'value', 'url', 'photo', 'representations', 'constructor'];
const deepest = 3;

/**
 * Draws a valid query with everything that can make response keys collide: aliases, arguments, fragments, conditions,
 * variables.
 */
export function randomDocument(schema: GraphQLSchema, random: SeededRandom): RandomDocument {
  for (;;) {
    const text = new DocumentText(schema, random).text();
    const document = parse(text, { noLocation: true });
    if (validate(schema, document).length > 0) continue;
    const variables: Record<string, unknown> = { yes: random.oneIn(2), n: random.between(1, 3) };
    if (random.oneIn(3)) variables['maybe'] = false;
    if (random.oneIn(2)) variables['m'] = 3;
    if (random.oneIn(2)) variables['unit'] = random.pick(['cm', null]);
    for (const name of Object.keys(variables)) if (!text.includes(`$${name}:`)) delete variables[name];
    return { text, document, variables };
  }
}

class DocumentText {
  readonly #schema: GraphQLSchema;
  readonly #random: SeededRandom;
  readonly #fragments: string[] = [];
  readonly #composites: readonly GraphQLCompositeType[];

  constructor(schema: GraphQLSchema, random: SeededRandom) {
    this.#schema = schema;
    this.#random = random;
    this.#composites = Object.values(schema.getTypeMap()).filter(
      (each): each is GraphQLCompositeType => isCompositeType(each) && !each.name.startsWith('__'),
    );
  }

  text(): string {
    const mutation = this.#random.oneIn(8) ? this.#schema.getMutationType() : undefined;
    const root = mutation ?? this.#schema.getQueryType()!;
    const body = [`{ ${this.#selections(root, 0)} }`, ...this.#fragments].join('\n');
    const used = Object.keys(definitions).filter((name) => new RegExp(`\\$${name}\\b`).test(body));
    return `${mutation ? 'mutation' : 'query'} Q${used.length > 0 ? `(${used.map((name) => definitions[name]).join(', ')})` : ''} ${body}`;
  }

  #selections(type: GraphQLCompositeType, depth: number): string {
    const fields = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
    const parts: string[] = [];
    for (let left = this.#random.between(1, 3); left > 0; left -= 1) {
      const draw = this.#random.below(10);
      if (draw === 0 || (depth > deepest && fields.length === 0))
        parts.push(`${this.#random.pick(['', 'type: '])}__typename${this.#directive()}`);
      else if (fields.length === 0 || (draw < 4 && depth <= deepest)) parts.push(this.#fragment(type, depth));
      else parts.push(this.#field(type, this.#random.pick(fields), depth));
    }
    return parts.join(' ');
  }

  /**
   * Draws a response key. Mostly it collides with no other, so that most documents are valid; now and then it is meant
   * to.
   */
  #alias(type: GraphQLCompositeType, field: string, given: string): string {
    if (this.#random.oneIn(6)) return `${this.#random.pick(aliases)}: `;
    if (given === '' && this.#random.oneIn(2)) return '';
    return `${type.name}_${field}${given.replace(/\W+/g, '_')}: `;
  }

  #directive(): string {
    if (!this.#random.oneIn(8)) return '';
    return ` @${this.#random.pick(['skip', 'include'])}(if: ${this.#random.pick(['$yes', '$maybe', 'true', 'false'])})`;
  }

  #field(parent: GraphQLCompositeType, field: GraphQLField<unknown, unknown>, depth: number): string {
    const given = field.args.filter((each) => isNonNullType(each.type) || this.#random.oneIn(2));
    const args = given.length > 0 ? `(${given.map((each) => this.#argument(each)).join(', ')})` : '';
    const type = getNamedType(field.type);
    const below = !isCompositeType(type)
      ? ''
      : depth > deepest
        ? ' { __typename }'
        : ` { ${this.#selections(type, depth + 1)} }`;
    return `${this.#alias(parent, field.name, args)}${field.name}${args}${this.#directive()}${below}`;
  }

  #argument({ name }: GraphQLArgument): string {
    const value = this.#random.pick(name === 'unit' ? ['"cm"', '$unit', 'null'] : ['1', '2', '2', '$n', '$m']);
    return `${name}: ${value}`;
  }

  #fragment(type: GraphQLCompositeType, depth: number): string {
    const on = this.#random.pick(this.#composites.filter((each) => doTypesOverlap(this.#schema, type, each)));
    const directive = this.#directive();
    if (!this.#random.oneIn(3)) {
      const condition = on === type && this.#random.oneIn(3) ? '' : `on ${on.name}`;
      return `... ${condition}${directive} { ${this.#selections(on, depth + 1)} }`;
    }
    const index = this.#fragments.push('') - 1;
    this.#fragments[index] = `fragment F${index} on ${on.name} { ${this.#selections(on, depth + 1)} }`;
    return `...F${index}${directive}${this.#random.oneIn(3) ? ` ...F${index}` : ''}`;
  }
}
