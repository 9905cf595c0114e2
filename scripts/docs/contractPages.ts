import {
  Kind,
  astFromValue,
  buildSchema,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  print,
  type DocumentNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import { CostIndex, type ListSize } from '#gateway/graph/costIndex.ts';
import { documentUses } from '#schema/check/documents/documentUses.ts';
import { documentsOf, type LiveDocument } from '#schema/check/documents/liveDocument.ts';
import { rightsIn } from '#schema/check/documents/rights.ts';
import type { Rights } from '#schema/check/documents/permissions.ts';
import type { Subject } from '#schema/check/review/reviewSystem.ts';
import { escapeHtml as text, page } from './page.ts';

interface Contract {
  readonly name: string;
  readonly schema: GraphQLSchema;
  readonly rights: Rights;
  readonly costs: CostIndex;
  /** By coordinate, who uses it. */
  readonly users: ReadonlyMap<string, readonly string[]>;
}

/** The reference of every contract by name of the channel, and `index`. */
export async function contractPages(subject: Subject): Promise<ReadonlyMap<string, string>> {
  const pages = new Map<string, string>();
  const rows: string[] = [];
  for (const [name, { contract }] of subject.composed.channels) {
    const schema = buildSchema(contract, { assumeValid: true });
    const documents = documentsOf(name, subject.now);
    const described = {
      name,
      schema,
      rights: await rightsIn(subject.now, name),
      costs: new CostIndex(definitionsOf(subject, name), schema),
      users: usersOf(schema, documents),
    };
    pages.set(name, contractPage(described));
    const types = Object.values(schema.getTypeMap()).filter(isOwn);
    rows.push(
      `<tr><td><a href="${name}.html">${name}</a></td><td>${types.length}</td><td>${documents.length}</td></tr>`,
    );
  }
  const table = `<table><thead><tr><th>channel</th><th>types</th><th>registered documents</th></tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
  pages.set('index', page('Contracts', `<main><h1>Contracts of the channels</h1>${table}</main>`));
  return pages;
}

function definitionsOf({ composed }: Subject, channel: string): DocumentNode {
  const view = composed.views.get(channel);
  const sources = [...composed.sources, ...(view ? [view] : [])];
  return { kind: Kind.DOCUMENT, definitions: sources.flatMap(({ document }) => document.definitions) };
}

const isOwn = (type: GraphQLNamedType): boolean => !isIntrospectionType(type) && !isSpecifiedScalarType(type);

function usersOf(schema: GraphQLSchema, documents: readonly LiveDocument[]): Map<string, string[]> {
  const users = new Map<string, string[]>();
  for (const { document, name, client, version, channel } of documents) {
    const user = client === channel || client === 'REST' ? name : `${name} of ${client}@${version}`;
    const uses = documentUses(schema, document);
    for (const coordinate of [...uses.selections.keys(), ...uses.enumLiterals.keys(), ...uses.variableTypes.keys()])
      users.set(coordinate, [...(users.get(coordinate) ?? []), user]);
  }
  return users;
}

function contractPage(contract: Contract): string {
  const { name, schema } = contract;
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) =>
    type ? [type] : [],
  );
  const others = Object.values(schema.getTypeMap())
    .filter((type) => isOwn(type) && !roots.some((root) => root === type))
    .sort((a, b) => a.name.localeCompare(b.name));
  const types = [...roots, ...others];
  const links = types.map((type) => `<li id="to ${type.name}">${linkTo(type.name)}</li>`).join('\n');
  return page(
    `${name} – contract`,
    `<nav aria-label="Types"><a href="index.html">All contracts</a>
<label>Find a type or field <input type="search" id="find" autocomplete="off"></label><ul>${links}</ul></nav>
<main><h1>The contract of ${text(name)}</h1>${types.map((type) => typeSection(type, contract)).join('\n')}</main>`,
  );
}

function typeSection(type: GraphQLNamedType, contract: Contract): string {
  const about = isAbstractType(type)
    ? `<p>One of ${contract.schema
        .getPossibleTypes(type)
        .map(({ name }) => linkTo(name))
        .join(', ')}.</p>`
    : '';
  return `<section id="${type.name}" data-find="${type.name.toLowerCase()}"><h2>${type.name} <small>${kindOf(type)}</small></h2>
${describe(type.description)}${about}${usedBy(contract.users.get(type.name))}${membersOf(type, contract)}</section>`;
}

function kindOf(type: GraphQLNamedType): string {
  if (isObjectType(type)) return 'object';
  if (isInterfaceType(type)) return 'interface';
  if (isAbstractType(type)) return 'union';
  if (isEnumType(type)) return 'enum';
  return isInputObjectType(type) ? 'input' : 'scalar';
}

function membersOf(type: GraphQLNamedType, contract: Contract): string {
  if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type))
    return Object.values<GraphQLField<unknown, unknown> | GraphQLInputField>(type.getFields())
      .map((field) => fieldEntry(type, field, contract))
      .join('\n');
  if (!isEnumType(type)) return '';
  return type
    .getValues()
    .map((value) => {
      const users = usedBy(contract.users.get(`${type.name}.${value.name}`));
      const more = `${describe(value.description)}${deprecation(value.deprecationReason)}${users}`;
      return entry(`${type.name}.${value.name}`, `<code>${value.name}</code>`, more);
    })
    .join('\n');
}

function fieldEntry(
  type: GraphQLNamedType,
  field: GraphQLField<unknown, unknown> | GraphQLInputField,
  { rights, costs, users }: Contract,
): string {
  const coordinate = `${type.name}.${field.name}`;
  const isOutput = 'args' in field;
  const args = isOutput ? field.args : [];
  const needs = isOutput ? rights.guards.of(type.name, field.name) : [];
  const cost = isOutput ? costs.weightOf(type.name, field.name, getNamedType(field.type).name) : 0;
  const size = isOutput ? costs.listSize(type.name, field.name) : undefined;
  const facts = [
    ...(needs.length > 0 ? [`Scopes: ${needs.map((set) => text(set.join(' or '))).join(', and ')}.`] : []),
    ...(cost > 0 ? [`Cost: ${cost}${size ? `, and of each of the ${entriesOf(size)} what is asked of it` : ''}.`] : []),
  ];
  return entry(
    coordinate,
    `<code>${field.name}${args.length > 0 ? `(${args.map(argument).join(', ')})` : ''}: ${typeLink(field.type)}${isOutput ? '' : unlessGiven(field)}</code>`,
    `${describe(field.description)}${args.map(argumentText).join('')}${deprecation(field.deprecationReason)}${
      facts.length > 0 ? `<p class="facts">${facts.join(' ')}</p>` : ''
    }${usedBy(users.get(coordinate))}`,
  );
}

/** By what the cost of a list is multiplied. */
const entriesOf = ({ slicingArguments, assumedSize }: ListSize): string =>
  slicingArguments.length > 0
    ? `entries that ${slicingArguments.map((each) => `<code>${each}</code>`).join(' or ')} asks for`
    : `${assumedSize ?? 1} entries that are reckoned with`;

const entry = (coordinate: string, head: string, more: string): string =>
  `<div class="field" id="${coordinate}" data-find="${coordinate.toLowerCase()}"><h3>${head}</h3>${more}</div>`;

const argument = (each: GraphQLArgument): string => `${each.name}: ${typeLink(each.type)}${unlessGiven(each)}`;

/** What holds where a document leaves the argument or the field out. */
function unlessGiven({ defaultValue, type }: GraphQLArgument | GraphQLInputField): string {
  const value = defaultValue === undefined ? undefined : astFromValue(defaultValue, type);
  return value ? ` = ${text(print(value))}` : '';
}

const argumentText = ({ name, description }: GraphQLArgument): string =>
  description ? `<p><code>${name}</code>: ${prose(description)}</p>` : '';

const describe = (description: string | null | undefined): string =>
  description ? `<p>${prose(description)}</p>` : '';

const deprecation = (reason: string | null | undefined): string =>
  reason ? `<p class="deprecated">Deprecated: ${prose(reason)}</p>` : '';

/** A text of the schema, which writes names between backticks. */
const prose = (written: string): string => text(written).replace(/`([^`]+)`/g, '<code>$1</code>');

const usedBy = (users: readonly string[] | undefined): string =>
  users ? `<p class="users">Used by ${[...new Set(users)].map(text).join(', ')}.</p>` : '';

const linkTo = (name: string): string => `<a href="#${name}">${name}</a>`;

/** A type as GraphQL writes it, with a link at its name; the scalars of the language are in no page. */
const typeLink = (type: GraphQLInputType | GraphQLOutputType): string =>
  isSpecifiedScalarType(getNamedType(type)) ? String(type) : String(type).replace(/\w+/, linkTo);
