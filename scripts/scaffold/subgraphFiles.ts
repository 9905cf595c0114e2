export interface SubgraphNames {
  /** The domain, in the plural if there is one: `giftcards`. */
  readonly domain: string;
  /** The GraphQL type of its things: `Giftcard`. */
  readonly type: string;
  /** The field that finds one of them: `giftcard`. */
  readonly one: string;
  /** The field that lists all of them: `giftcards`. */
  readonly many: string;
}

export function namesOf(domain: string): SubgraphNames {
  const one = domain.length > 3 ? domain.replace(/s$/, '') : domain;
  return {
    domain,
    one,
    many: one === domain ? `${domain}List` : domain,
    type: `${one[0]?.toUpperCase()}${one.slice(1)}`,
  };
}

/**
 * The files of a new subgraph, in the shape that all have and small enough to replace line by line: one type with an id
 * and a name, a field for one and a field for all of them, a mutation with its command, which tells of the change by an
 * event, a seed and a test.
 */
export function subgraphFiles({ domain, type, one, many }: SubgraphNames): Record<string, string> {
  const domainType = `${type}Domain`;
  return {
    'schema.graphql': `type Query {
  "One ${one}; null if there is none with this id."
  ${one}(id: ID!): ${type} @auth(scopes: ["catalog:read"]) @tag(name: "public")

  "All ${domain}, ordered by name, in pages of at most 100."
  ${many}(
    "How many to return at most, 1 to 100."
    first: Int = 20
    "The \`endCursor\` of the page before; left out for the first page."
    after: String
  ): ${type}Connection @listSize(slicingArguments: ["first"], sizedFields: ["edges"]) @auth(scopes: ["catalog:read"]) @tag(name: "public")
}

type Mutation {
  "Gives a ${one} another name. Repeating it changes nothing and succeeds. For admins."
  rename${type}(input: Rename${type}Input!): Rename${type}Result! @auth(scopes: ["admin"]) @tag(name: "staff")
}

"The ${one}, and its new name."
input Rename${type}Input {
  "Id of the ${one}."
  id: ID!
  "The new name, 1 to 100 characters."
  name: String!
}

"The outcome of \`rename${type}\`: success, or the reason why it failed."
union Rename${type}Result = Rename${type}Success | ${type}NotFound | ${type}NameInvalid

"The ${one} has the new name."
type Rename${type}Success @tag(name: "staff") @show(fields: "${one}") {
  "The ${one} after the change."
  ${one}: ${type}!
}

"No ${one} has this id."
type ${type}NotFound @tag(name: "staff") @show(fields: "message") {
  "What went wrong and what to do about it, in English. Branch on \`__typename\`: the wording may change."
  message: String!
}

"The name is empty or too long."
type ${type}NameInvalid @tag(name: "staff") @show(fields: "message") {
  "What went wrong and what to do about it, in English. Branch on \`__typename\`: the wording may change."
  message: String!
}

"Say here what a ${one} is."
type ${type} @key(fields: "id") @anyone(fields: "id name") @tag(name: "public") @show(fields: "id name") {
  "The id, which never changes."
  id: ID!
  "The name that people see."
  name: String!
}

"A page of ${domain}."
type ${type}Connection @tag(name: "public") @show(fields: "edges pageInfo") {
  "The ${domain} of this page, each with its cursor."
  edges: [${type}Edge!]!
  "Whether there are further pages, and the cursors of this one."
  pageInfo: PageInfo!
}

"A ${one} in a page."
type ${type}Edge @tag(name: "public") @show(fields: "cursor node") {
  "Pass this as \`after\` to get those that follow."
  cursor: String!
  "The ${one}."
  node: ${type}!
}
`,
    'mappers.json': `${JSON.stringify({ [type]: `#generated/${domain}/prisma/client.ts#${type} as ${type}Row` }, null, 2)}\n`,
    'prisma/schema.prisma': `generator client {
  provider               = "prisma-client"
  output                 = "../../../generated/${domain}/prisma"
  runtime                = "nodejs"
  moduleFormat           = "esm"
  importFileExtension    = "ts"
  generatedFileExtension = "ts"
}

datasource db {
  provider = "postgresql"
}

model ${type} {
  id   String @id @db.Uuid
  name String

  @@index([name, id])
  @@map("${one}")
}
`,
    [`prisma/migrations/20260101000000_${domain}/migration.sql`]: `CREATE TABLE "${one}" (
  "id" uuid NOT NULL,
  "name" text NOT NULL,
  CONSTRAINT "${one}_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "${one}_name_id_idx" ON "${one}" ("name", "id");
`,
    'src/context.ts': `import type { PrismaClient } from '#generated/${domain}/prisma/client.ts';
import type { Domain, RequestContext } from '#platform/domain/domain.ts';
import type { Loaders } from './loaders.ts';

export type ${domainType} = Domain<PrismaClient>;
export type Context = RequestContext<${domainType}, Loaders>;
`,
    'src/loaders.ts': `import DataLoader from 'dataloader';
import type { ${type} } from '#generated/${domain}/prisma/client.ts';
import { isId } from '#platform/domain/id.ts';
import type { ${domainType} } from './context.ts';

export interface Loaders {
  /** Loads by id; null if there is none. */
  readonly ${one}ById: DataLoader<string, ${type} | null>;
}

export function loaders(domain: ${domainType}): Loaders {
  return {
    ${one}ById: new DataLoader(async (ids) => {
      const rows = await domain.db.${one}.findMany({ where: { id: { in: ids.filter(isId) } } });
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => byId.get(id) ?? null);
    }),
  };
}
`,
    [`src/resolvers/Query/${one}.ts`]: `import type { QueryResolvers } from '#generated/${domain}/resolvers.ts';

export const ${one}: QueryResolvers['${one}'] = (_parent, { id }, { loaders }) => loaders.${one}ById.load(id);
`,
    [`src/resolvers/Query/${many}.ts`]: `import type { QueryResolvers } from '#generated/${domain}/resolvers.ts';
import { pagedList, sortable } from '#platform/subgraph/connection.ts';

const list = pagedList('${many}', [sortable.text, sortable.id]);

export const ${many}: QueryResolvers['${many}'] = async (_parent, args, { domain }) => {
  const page = list.page(args);
  const [name, id] = page.after ?? [];
  const rows = await domain.db.${one}.findMany({
    where: name === undefined || id === undefined ? {} : { OR: [{ name: { gt: name } }, { name, id: { gt: id } }] },
    orderBy: [{ name: 'asc' }, { id: 'asc' }],
    take: page.limit + 1,
  });
  return list.connection(rows, page, (row) => [row.name, row.id]);
};
`,
    [`src/commands/rename${type}.ts`]: `import type { ${type} } from '#generated/${domain}/prisma/client.ts';
import { isId } from '#platform/domain/id.ts';
import { charactersIn } from '#platform/subgraph/characters.ts';
import { ${type}Renamed } from '#schema/events/${domain}.ts';
import type { ${domainType} } from '../context.ts';

export type Rename${type}Outcome =
  | { readonly kind: 'done'; readonly ${one}: ${type} }
  | { readonly kind: 'notFound' | 'nameInvalid' };

/**
 * Gives a ${one} another name. The row and the event are committed together. The same name again appends no event.
 */
export async function rename${type}(domain: ${domainType}, id: string, name: string): Promise<Rename${type}Outcome> {
  if (name === '' || charactersIn(name) > 100) return { kind: 'nameInvalid' };
  if (!isId(id)) return { kind: 'notFound' };
  return domain.transaction(async (tx) => {
    const before = await tx.${one}.findUnique({ where: { id } });
    if (!before) return { kind: 'notFound' };
    if (before.name === name) return { kind: 'done', ${one}: before };
    const ${one} = await tx.${one}.update({ where: { id }, data: { name } });
    await domain.events.append(tx, null, [${type}Renamed.of({ ${one}Id: id, name, at: domain.clock().toISOString() })]);
    return { kind: 'done', ${one} };
  });
}
`,
    [`src/resolvers/Mutation/rename${type}.ts`]: `import type { MutationResolvers } from '#generated/${domain}/resolvers.ts';
import { rename${type} as command } from '../../commands/rename${type}.ts';

export const rename${type}: MutationResolvers['rename${type}'] = async (_parent, { input }, { domain }) => {
  const outcome = await command(domain, input.id, input.name.trim());
  switch (outcome.kind) {
    case 'done':
      return { __typename: 'Rename${type}Success', ${one}: outcome.${one} };
    case 'notFound':
      return { __typename: '${type}NotFound', message: 'There is no ${one} with this id. Read the list again.' };
    case 'nameInvalid':
      return { __typename: '${type}NameInvalid', message: 'Give a name of 1 to 100 characters.' };
  }
};
`,
    [`src/resolvers/${type}.ts`]: `import type { ${type}Resolvers } from '#generated/${domain}/resolvers.ts';

export const ${type}: ${type}Resolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.${one}ById.load(id),
};
`,
    'src/resolvers.ts': `import type { Resolvers } from '#generated/${domain}/resolvers.ts';
import { ${type} } from './resolvers/${type}.ts';
import { rename${type} } from './resolvers/Mutation/rename${type}.ts';
import { ${one} } from './resolvers/Query/${one}.ts';
import { ${many} } from './resolvers/Query/${many}.ts';

export const resolvers: Resolvers = { Query: { ${one}, ${many} }, Mutation: { rename${type} }, ${type} };
`,
    'src/seed.ts': `import { seedId } from '#schema/seed/seedId.ts';
import type { ${domainType} } from './context.ts';

/** Makes three ${domain} with fixed ids. */
export async function seed(domain: ${domainType}): Promise<void> {
  await domain.db.${one}.createMany({
    data: ['First', 'Second', 'Third'].map((name, index) => ({ id: seedId('${one}', index + 1), name })),
    skipDuplicates: true,
  });
}
`,
    'src/main.ts': `import { PrismaClient } from '#generated/${domain}/prisma/client.ts';
import { defineSubgraph } from '#platform/subgraph/defineSubgraph.ts';
import { loaders } from './loaders.ts';
import { resolvers } from './resolvers.ts';
import { seed } from './seed.ts';

export default defineSubgraph({
  name: '${domain}',
  directory: new URL('..', import.meta.url),
  database: (options) => new PrismaClient(options),
  resolvers,
  loaders,
  seed,
});
`,
    [`src/${domain}.int.test.ts`]: `import { beforeAll, describe, expect, it } from 'vitest';
import { nobody, principalWith, testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { seedId } from '#schema/seed/seedId.ts';
import type { ${domainType} } from './context.ts';
import definition from './main.ts';

let graph: TestSubgraph<${domainType}>;

beforeAll(async () => {
  graph = await testSubgraph<${domainType}>(definition, { seed: true });
});

describe('${domain}', () => {
  it('finds one by id, and nothing by another', async () => {
    const query = 'query ($id: ID!) { ${one}(id: $id) { name } }';
    expect((await graph.as(nobody)(query, { id: seedId('${one}', 2) })).data).toEqual({ ${one}: { name: 'Second' } });
    expect((await graph.as(nobody)(query, { id: 'none' })).data).toEqual({ ${one}: null });
  });

  it('pages through all, each once, by name', async () => {
    const first = await graph.as(nobody)('{ ${many}(first: 2) { edges { node { name } } pageInfo { hasNextPage endCursor } } }');
    expect(first.data).toMatchObject({ ${many}: { edges: [{ node: { name: 'First' } }, { node: { name: 'Second' } }], pageInfo: { hasNextPage: true } } });
    const { endCursor } = (first.data as { ${many}: { pageInfo: { endCursor: string } } }).${many}.pageInfo;
    const second = await graph.as(nobody)('query ($after: String) { ${many}(after: $after) { edges { node { name } } pageInfo { hasNextPage } } }', { after: endCursor });
    expect(second.data).toEqual({ ${many}: { edges: [{ node: { name: 'Third' } }], pageInfo: { hasNextPage: false } } });
  });

  it('renames one for an admin, and tells of it once', async () => {
    const rename = graph.as(principalWith(['admin', 'catalog:read']));
    const mutation = 'mutation ($input: Rename${type}Input!) { rename${type}(input: $input) { __typename ... on Rename${type}Success { ${one} { name } } } }';
    const id = seedId('${one}', 3);
    for (const name of ['Last', 'Last'])
      expect((await rename(mutation, { input: { id, name } })).data).toEqual({ rename${type}: { __typename: 'Rename${type}Success', ${one}: { name } } });
    expect((await graph.appended()).map(({ eventType, data }) => [eventType, data])).toEqual([
      ['${type}Renamed', { ${one}Id: id, name: 'Last', at: expect.any(String) }],
    ]);
    expect((await rename(mutation, { input: { id: seedId('${one}', 4), name: 'Last' } })).data).toEqual({ rename${type}: { __typename: '${type}NotFound' } });
    expect((await rename(mutation, { input: { id, name: ' ' } })).data).toEqual({ rename${type}: { __typename: '${type}NameInvalid' } });
  });
});
`,
  };
}

/** The file of the new domain's events, for `schema/events/`. */
export const eventsFile = ({ domain, type, one }: SubgraphNames): string => `import { z } from 'zod';
import { defineEvent } from '#platform/events/defineEvent.ts';
import { id, instant } from './fields.ts';

/** A ${one} has another name. */
export const ${type}Renamed = defineEvent({
  name: '${type}Renamed',
  domain: '${domain}',
  version: '1.0',
  aggregate: (data) => \`${one}:\${data.${one}Id}\`,
  schema: z.object({ ${one}Id: id, name: z.string(), at: instant }),
});
`;
