import type { ModelEntity, ModelField, SupergraphModel } from './supergraphModel.ts';

const head = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@key", "@requires", "@external", "@shareable", "@override", "@interfaceObject", "@provides", "@context", "@fromContext"])
enum Colour { RED GREEN }
scalar Long
`;

export const subgraphName = (index: number): string => `s${index}`;
/** The subgraph that knows the interface `Thing` as an object. */
export const thingsName = 'things';

/** Writes the SDL of each subgraph of a model, by the subgraph's name. */
export function subgraphSdls(model: SupergraphModel): Map<string, string> {
  const sdls = new Map(
    Array.from({ length: model.subgraphs }, (_, at) => [subgraphName(at), new SubgraphText(model, at).text()]),
  );
  if (model.things)
    sdls
      .set(
        thingsName,
        `${head}type Query { someThing: Thing moreThings: [Thing!] }
       type Thing @key(fields: "id") @interfaceObject { id: ID! extra(n: Int): Int weight: Int! other: Thing }`,
      )
      .set(
        'louder',
        `${head}type Thing @key(fields: "id") @interfaceObject { id: ID! base: Int @external loud: String @requires(fields: "base") }`,
      );
  return sdls;
}

/** Writes the SDL of one subgraph. */
class SubgraphText {
  readonly #model: SupergraphModel;
  readonly #index: number;

  constructor(model: SupergraphModel, index: number) {
    this.#model = model;
    this.#index = index;
  }

  text(): string {
    const entities = this.#model.entities.map((each) => this.#entity(each));
    return [head, this.#query(), this.#mutation(), ...entities, this.#abstract(), this.#spots()].join('\n');
  }

  get #isAbstract(): boolean {
    return this.#model.abstract.subgraph === this.#index;
  }

  get #hasThings(): boolean {
    return this.#model.things?.subgraph === this.#index;
  }

  #query(): string {
    const at = this.#index;
    const fields = this.#model.entities.flatMap(({ name, provided }) => {
      const provides = provided?.by === at ? ` @provides(fields: "${provided.field}")` : '';
      return [`one${name}_${at}(n: Int): ${name}${provides}`, `all${name}_${at}: [${name}]${provides}`];
    });
    if (this.#model.spots?.subgraph === at) fields.push('spot: Spot', 'spots: [[Spot]]', 'located: [Located]');
    if (this.#isAbstract) fields.push('node: Node', 'nodes: [Node!]', 'any: [Any]');
    if (this.#hasThings) fields.push('thing: Thing', 'things: [[Thing]]');
    return `type Query { ${fields.join(' ')} }`;
  }

  #mutation(): string {
    const changes = this.#model.entities.map(({ name }) => `change${name}_${this.#index}(n: Int): ${name}`);
    return `type Mutation { tick_${this.#index}(n: Int): Int ${changes.join(' ')} }`;
  }

  #spots(): string {
    const { subgraph, units } = this.#model.spots ?? {};
    const isHere = subgraph === this.#index;
    const hasUnits = units === this.#index;
    if (!isHere && !hasUnits) return '';
    const unit = `unit: String${hasUnits ? '' : ' @external'}`;
    if (!isHere) return `type Spot @key(fields: "id") { id: ID! ${unit} }`;
    return `interface Located { id: ID! inner: Inner inners: [Inner!] }
      type Spot implements Located @key(fields: "id") @context(name: "spot") { id: ID! ${unit} inner: Inner inners: [Inner!] }
      type Inner @key(fields: "id") { id: ID! near: Inner told(n: Int, unit: String @fromContext(field: "$spot { unit }")): String }`;
  }

  #abstract(): string {
    const parts: string[] = [];
    if (this.#isAbstract)
      parts.push(
        'interface Node { id: ID! label(n: Int): String }',
        `union Any = ${this.#model.abstract.members.join(' | ')}`,
        `type Size { value(n: Int): Int! url: String peer: ${this.#model.entities[0]!.name} }`,
      );
    if (this.#hasThings) parts.push('interface Thing @key(fields: "id") { id: ID! base: Int }');
    return parts.join('\n');
  }

  #entity(entity: ModelEntity): string {
    const isNode = this.#isAbstract && this.#model.abstract.nodes.includes(entity.name);
    const isThing = this.#hasThings && this.#model.things!.implementers.includes(entity.name);
    const keys = this.#resolvable(entity, isNode || isThing, this.#keysOf(entity, isNode || isThing));
    const fields = entity.fields.flatMap((field) => this.#field(field, entity));
    if (keys.includes('id')) fields.unshift('id: ID!');
    if (keys.includes('code')) fields.unshift('code: ID!');
    if (isNode) fields.push('label(n: Int): String');
    if (isThing) fields.push('base: Int');
    const faces = [...(isNode ? ['Node'] : []), ...(isThing ? ['Thing'] : [])];
    return `type ${entity.name}${faces.length > 0 ? ` implements ${faces.join(' & ')}` : ''} ${keys} { ${fields.join(' ')} }`;
  }

  #resolvable({ fields, unresolvable }: ModelEntity, isMore: boolean, keys: string): string {
    const isOwned = fields.some(({ owner, sharedWith, overrides }) =>
      [owner, sharedWith, overrides?.from].includes(this.#index),
    );
    if (isMore || isOwned || this.#model.things || !unresolvable.has(this.#index)) return keys;
    return keys.replaceAll('")', '", resolvable: false)');
  }

  #keysOf({ keys, hub, name }: ModelEntity, needsId: boolean): string {
    const [id, code, both] = ['id', 'code', 'id code'].map((each) => `@key(fields: "${each}")`);
    const extra = needsId || this.#model.things?.implementers.includes(name);
    if (keys === 'id') return id!;
    if (keys === 'both') return extra ? `${both} ${id}` : both!;
    if (this.#index === hub) return `${code} ${id}`;
    return extra || (this.#index + hub) % 2 === 0 ? id! : code!;
  }

  #field(field: ModelField, entity: ModelEntity): string[] {
    const text = `${field.name}${field.arguments}: ${field.type}`;
    const isRequired = entity.fields.some((each) => each.owner === this.#index && each.requires?.field === field.name);
    const isProvided = entity.provided?.by === this.#index && entity.provided.field === field.name;
    if (field.owner !== this.#index) {
      if (isRequired || isProvided) return [`${text} @external`];
      if (field.sharedWith === this.#index) return [`${text} @shareable`];
      return field.overrides?.from === this.#index ? [text] : [];
    }
    if (field.requires) return [`${text} @requires(fields: "${field.requires.field}${field.requires.call}")`];
    if (field.sharedWith !== undefined || entity.provided?.field === field.name) return [`${text} @shareable`];
    if (!field.overrides) return [text];
    const label = field.overrides.label === undefined ? '' : `, label: "${field.overrides.label}"`;
    return [`${text} @override(from: "${subgraphName(field.overrides.from)}"${label})`];
  }
}
