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
 * and a name, a field for one and a field for all of them, a seed and a test.
 */
export function subgraphFiles({ domain, type, one, many }: SubgraphNames): Record<string, string> {
  const domainType = `${type}Domain`;
  return {
    'schema.graphql': `type Query {
  "One ${one}; null if there is none with this id."
  ${one}(id: ID!): ${type} @auth(scopes: ["catalog:read"]) @tag(name: "public")

  "All of them, by name, in pages of at most 100."
  ${many}(
    "How many at most, 1 to 100."
    first: Int = 20
    "The \`endCursor\` of the page before."
    after: String
  ): ${type}Connection! @auth(scopes: ["catalog:read"]) @tag(name: "public")
}

"What ${domain} looks after."
type ${type} @key(fields: "id") @anyone(fields: "id name") @tag(name: "public") @show(fields: "id name") {
  "Stays the same for its life."
  id: ID!
  "What people call it."
  name: String!
}

"A page of them."
type ${type}Connection @tag(name: "public") @show(fields: "edges pageInfo") {
  "Those of this page, each with its cursor."
  edges: [${type}Edge!]!
  "Where this page lies in the list."
  pageInfo: PageInfo!
}

"One of them in a page."
type ${type}Edge @tag(name: "public") @show(fields: "cursor node") {
  "Pass it as \`after\` to go on behind this one."
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
  /** By id; null where there is none. */
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
    [`src/resolvers/${type}.ts`]: `import type { ${type}Resolvers } from '#generated/${domain}/resolvers.ts';

export const ${type}: ${type}Resolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.${one}ById.load(id),
};
`,
    'src/resolvers.ts': `import type { Resolvers } from '#generated/${domain}/resolvers.ts';
import { ${type} } from './resolvers/${type}.ts';
import { ${one} } from './resolvers/Query/${one}.ts';
import { ${many} } from './resolvers/Query/${many}.ts';

export const resolvers: Resolvers = { Query: { ${one}, ${many} }, ${type} };
`,
    'src/seed.ts': `import { seedId } from '#schema/seed/seedId.ts';
import type { ${domainType} } from './context.ts';

/** Three, with fixed ids. */
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
  database: (adapter) => new PrismaClient({ adapter }),
  resolvers,
  loaders,
  seed,
});
`,
    [`src/${domain}.int.test.ts`]: `import { beforeAll, describe, expect, it } from 'vitest';
import { nobody, testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
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
});
`,
  };
}
