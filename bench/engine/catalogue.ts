import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse, type ExecutionResult, type GraphQLSchema } from 'graphql';
import type { SubgraphRequest } from '#platform/subgraph/execution.ts';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@requires", "@external"])\n`;

/** The schemas of a shop: products, their stock, their reviews, and the users who wrote these. */
export const subgraphs: Readonly<Record<string, string>> = {
  products: `${link}type Query { products: [Product!]! version: String }
    type Product @key(fields: "id") { id: ID! name: String! price: Int! weight: Int! images: [Image!]! }
    type Image { url(width: Int): String! alt: String }`,
  stock: `${link}type Product @key(fields: "id") {
      id: ID! price: Int! @external weight: Int! @external inStock: Boolean! delivery: Int! @requires(fields: "price weight")
    }`,
  reviews: `${link}type Product @key(fields: "id") { id: ID! reviews: [Review!]! }
    type Review @key(fields: "id") { id: ID! stars: Int! text: String! author: User! product: Product! }
    type User @key(fields: "id") { id: ID! reviewCount: Int! reviews: [Review!]! }`,
  users: `${link}type Query { users: [User!]! }
    type User @key(fields: "id") { id: ID! name: String! city: String }`,
};

/** Composes the supergraph, with the subgraphs at paths of one server. */
export function supergraphAt(url: string): string {
  const { supergraphSdl, errors } = composeServices(
    Object.entries(subgraphs).map(([name, sdl]) => ({ name, url: `${url}/${name}`, typeDefs: parse(sdl) })),
  );
  if (!supergraphSdl) throw new Error(`the graph does not compose: ${errors?.join('; ')}`);
  return supergraphSdl;
}

export const light = '{ version }';
/** A page with lists of lists: two ways through the graph, each four levels deep. */
export const heavy = `{
  products {
    id name price inStock delivery images { small: url(width: 64) large: url(width: 1024) alt }
    reviews { id stars text author { id name city reviewCount } product { id name inStock } }
  }
  users {
    id name city
    reviews { id text product { id name price inStock delivery reviews { id stars author { id name city } } } }
  }
}`;

/** The same page as other clients ask for it: with other aliases, and with sizes of pictures from variables. */
export const variedHeavy = (number: number): { readonly query: string; readonly variables: object } => ({
  query: `query Page${number}($small: Int!, $large: Int!) {
    ${heavy.slice(1, -1).replace('small: url(width: 64)', `small${number}: url(width: $small)`).replace('width: 1024', 'width: $large')}
  }`,
  variables: { small: 64 + number, large: 1_024 + number },
});

const schemas = new Map<string, GraphQLSchema>();
const answers = new Map<string, Buffer>();

/**
 * Answers the JSON of a request as a subgraph would. Answers are kept, so that a repeated request costs next to
 * nothing.
 */
export async function subgraphBytes(subgraph: string, body: string): Promise<Buffer> {
  const key = `${subgraph}\n${body}`;
  let bytes = answers.get(key);
  if (bytes === undefined) {
    const { query, variables } = JSON.parse(body) as SubgraphRequest;
    bytes = Buffer.from(JSON.stringify(await execute(subgraph, query, variables)));
    answers.set(key, bytes);
  }
  return bytes;
}

function execute(
  subgraph: string,
  source: string,
  variableValues: SubgraphRequest['variables'],
): Promise<ExecutionResult> {
  const schema = schemas.get(subgraph) ?? buildSubgraphSchema(parse(subgraphs[subgraph]!));
  schemas.set(subgraph, schema);
  return graphql({
    schema,
    source,
    variableValues,
    fieldResolver: (parent: Record<string, unknown> | undefined, args: { width?: number }, _context, info) =>
      value(info.fieldName, String(parent?.['id'] ?? 'root'), args),
  });
}

const some = (type: string, count: number, of: string) =>
  Array.from({ length: count }, (_, index) => ({ __typename: type, id: `${of}-${index}` }));

/** The product of a review: the one that it was reached from, otherwise any. */
const productOf = (review: string): string => {
  const of = review.replace(/^review of /, '').replace(/-\d+$/, '');
  return of.startsWith('user') ? `product-${Number(of.slice(-1)) + Number(review.slice(-1))}` : of;
};

function value(field: string, id: string, { width }: { width?: number }): unknown {
  switch (field) {
    case 'products':
      return some('Product', 30, 'product');
    case 'users':
      return some('User', 8, 'user');
    case 'images':
      return some('Image', 2, `image of ${id}`);
    case 'reviews':
      return some('Review', id.startsWith('user') ? 2 : 5, `review of ${id}`);
    case 'author':
      return { __typename: 'User', id: `user-${Number(id.slice(-1)) + 3}` };
    case 'product':
      return { __typename: 'Product', id: productOf(id) };
    case 'inStock':
      return true;
    case 'price':
    case 'weight':
    case 'delivery':
    case 'stars':
    case 'reviewCount':
      return id.length;
    case 'id':
      return id;
    default:
      return `${field} of ${id}${width === undefined ? '' : `, ${width} wide`}`;
  }
}
