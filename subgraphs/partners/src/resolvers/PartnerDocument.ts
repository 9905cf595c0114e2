import type { PartnerDocumentResolvers, PartnerDocumentState } from '#generated/partners/resolvers.ts';
import { CodedError } from '#platform/subgraph/codedError.ts';
import { releaseOf, stateOf } from '../documentState.ts';

const mostHours = 168;
const hourMs = 3_600_000;

export const PartnerDocument: PartnerDocumentResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.documentById.load(id),
  release: releaseOf,
  description: ({ description }) => description || null,
  state: (document, _args, { domain }) => stateOf(document, domain.clock()) as PartnerDocumentState,
  registeredAt: ({ registeredAt }) => registeredAt.toISOString(),
  deprecatedAt: ({ deprecatedAt }) => deprecatedAt?.toISOString() ?? null,
  sunset: ({ sunset }) => sunset?.toISOString() ?? null,
  successor: ({ successorId }, _args, { loaders }) =>
    successorId === null ? null : loaders.documentById.load(successorId),
  async use({ id }, { hours }, { domain }) {
    const back = hours ?? 24;
    if (back < 1 || back > mostHours) throw new CodedError('BAD_USER_INPUT', `\`hours\` must be 1 to ${mostHours}.`);
    const since = new Date(domain.clock().getTime() - back * hourMs);
    const rows = await domain.db.documentUse.findMany({
      where: { id, hour: { gt: since } },
      orderBy: { hour: 'desc' },
    });
    return rows.map(({ hour, requests, failed }) => ({ hour: hour.toISOString(), requests, failed }));
  },
};
