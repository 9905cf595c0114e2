import { Code, ConnectError } from '@connectrpc/connect';
import { PartnerAccessService, type RequestCount } from '#generated/proto/drburger/partners/v1/partners_pb.ts';
import { isId } from '#platform/domain/id.ts';
import { service } from '#platform/rpc/service.ts';
import { isStorable } from '#platform/subgraph/isStorable.ts';
import { edgeServices } from '#schema/services.ts';
import { authenticate } from '../commands/authenticate.ts';
import { countRequests, takeBatch } from '../commands/countRequests.ts';
import { recordUse } from '../commands/recordUse.ts';
import { inTransaction } from '#platform/events/sqlTx.ts';
import type { Document } from '#generated/partners/prisma/client.ts';
import type { Partners } from '../context.ts';
import { releaseOf, stateOf } from '../documentState.ts';

const mostUses = 1_000;

/** Answers the channel that lets partners' programs in. */
export const partnerAccessService = (domain: Partners) =>
  service(PartnerAccessService, edgeServices, {
    authenticate: (request) => authenticate(domain, request),
    findDocument: (request) => findDocument(domain, request),
    listDescribedDocuments: (request) => listDescribedDocuments(domain, request),
    async recordUse({ uses, counts, batch }) {
      if (uses.length + counts.length > mostUses)
        throw new ConnectError(`at most ${mostUses} a call`, Code.InvalidArgument);
      await inTransaction(domain.pool, async (tx) => {
        if (!(await takeBatch(tx, batch, domain.clock()))) return;
        await countRequests(tx, counts);
        await recordUse(tx, [...uses, ...counts.flatMap(usesOf)]);
      });
      return {};
    },
  });

async function findDocument(
  { db, clock }: Partners,
  { appId, documentId }: { readonly appId: string; readonly documentId: string },
) {
  if (!isId(appId) || !isStorable(documentId)) return { found: false };
  const document = await db.document.findUnique({
    where: { appId_documentId: { appId, documentId } },
    include: { successor: true },
  });
  const state = document && stateOf(document, clock());
  return document && state !== 'PENDING' ? told(document, state === 'RETIRED') : { found: false };
}

/** Of several versions the latest: an assistant reads the list each time, so it needs no older one. */
async function listDescribedDocuments({ db, clock }: Partners, { appId }: { readonly appId: string }) {
  if (!isId(appId)) return { documents: [] };
  const now = clock();
  const documents = await db.document.findMany({
    where: { appId, activatedAt: { not: null }, OR: [{ sunset: null }, { sunset: { gt: now } }] },
    distinct: ['name'],
    orderBy: [{ name: 'asc' }, { version: 'desc' }],
    include: { successor: true },
  });
  return {
    documents: documents
      .filter(({ description }) => description !== '')
      .map((document) => ({ description: document.description, document: told(document, false) })),
  };
}

const told = (
  { id, name, version, text, deprecatedAt, sunset, successor }: Document & { readonly successor: Document | null },
  retired: boolean,
) => ({
  found: true,
  id,
  name,
  version,
  text,
  retired,
  deprecatedAt: deprecatedAt?.toISOString() ?? '',
  sunset: sunset?.toISOString() ?? '',
  successorDocumentId: successor?.documentId ?? '',
  successorRelease: successor ? releaseOf(successor) : '',
});

/** What an hour of a document gains by what was counted of a minute; a refused request did not execute it. */
const usesOf = ({ documentId, status, minute, requests, failed }: RequestCount) =>
  documentId !== '' && status === 200 ? [{ id: documentId, hour: minute, requests, failed }] : [];
