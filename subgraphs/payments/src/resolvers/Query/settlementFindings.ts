import type { QueryResolvers } from '#generated/payments/resolvers.ts';
import { pagedList, sortable } from '#platform/subgraph/connection.ts';
import { whatToDo, type FindingKind } from '../../settlement/compareSettlement.ts';
import { openFindings } from '../../settlement/openFindings.ts';

const { text } = sortable;
const list = pagedList('settlementFindings', [text, text, text, text]);

export const settlementFindings: QueryResolvers['settlementFindings'] = async (_parent, args, { domain }) => {
  const page = list.page(args);
  const rows = await openFindings(domain, page.limit + 1, page.after);
  const { edges, pageInfo } = list.connection(rows, page, ({ day, provider, kind, subject }) => [
    day,
    provider,
    kind,
    subject,
  ]);
  return {
    edges: edges.map(({ cursor, node: { kind, foundAt, ...finding } }) => {
      const known = kind as FindingKind;
      return { cursor, node: { ...finding, kind: known, todo: whatToDo[known], foundAt: foundAt.toISOString() } };
    }),
    pageInfo,
  };
};
