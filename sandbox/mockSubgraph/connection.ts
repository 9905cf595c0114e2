import { getNamedType, getNullableType, isListType, type GraphQLObjectType, type GraphQLOutputType } from 'graphql';
import { hashOf } from './plausible.ts';

/** Whether a type is a page of a list, by the Relay connection specification. */
export const isConnection = (type: GraphQLObjectType): boolean => {
  const { edges, pageInfo } = type.getFields();
  return pageInfo !== undefined && edges !== undefined && isListType(getNullableType(edges.type));
};

/**
 * A page of a made-up list. The list has the same nodes however it is paged; cursors are the numbers of its nodes, from
 * 1 on. It has at most 14 nodes, so that fixed lists of entities of the seed need not repeat any.
 *
 * @param path the place of the whole list
 */
export function connectionOf(
  type: GraphQLObjectType,
  path: string,
  { first, after }: Readonly<Record<string, unknown>>,
  made: {
    readonly node: (type: GraphQLOutputType, index: number) => unknown;
    /** An object whose other fields are made up, too. */
    readonly object: (type: GraphQLObjectType, path: string) => Record<string, unknown>;
  },
): Record<string, unknown> {
  const edge = getNamedType(type.getFields()['edges']!.type) as GraphQLObjectType;
  const total = 3 + (hashOf(path) % 12);
  const begin = Math.max(0, Math.min(total, Number(after ?? 0) || 0));
  const end = Math.min(total, begin + Math.max(0, typeof first === 'number' ? first : total));
  const node = edge.getFields()['node']!.type;
  const edges = Array.from({ length: end - begin }, (_, index) => ({
    ...made.object(edge, `${path}#${begin + index} edge`),
    cursor: String(begin + index + 1),
    node: made.node(node, begin + index),
  }));
  return {
    ...made.object(type, path),
    edges,
    pageInfo: {
      __typename: 'PageInfo',
      hasNextPage: end < total,
      hasPreviousPage: begin > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
