import { createClient } from '@connectrpc/connect';
import { PartnerAccessService, type FindDocumentResponse } from '#generated/proto/drburger/partners/v1/partners_pb.ts';
import { servicePrincipal } from '#platform/identity/principal.ts';
import type { RpcNetwork } from '#platform/rpc/network.ts';
import { gatewayService } from '#schema/services.ts';
import { askDomain } from '../askDomain.ts';
import { AppsUnavailable, partnersDomain, type AppAccess, type AppDocument } from './appAccess.ts';

/** Asks the partners domain by gRPC. */
export function rpcAppAccess(network: Pick<RpcNetwork, 'transportTo'>, service = gatewayService): AppAccess {
  const domain = createClient(PartnerAccessService, network.transportTo(partnersDomain, servicePrincipal(service)));
  return {
    async authenticate({ apiKey = '', signed, address }) {
      const answer = await asked(domain.authenticate({ apiKey, signed, address }));
      const { refusal, partnerId, appId, appName: name, scopes, keyId } = answer;
      return refusal === '' ? { partnerId, appId, name, scopes, keyId } : refusal;
    },
    async findDocument(appId, documentId) {
      const found = await asked(domain.findDocument({ appId, documentId }));
      return found.found ? documentIn(found) : undefined;
    },
    async listDescribed(appId) {
      const { documents } = await asked(domain.listDescribedDocuments({ appId }));
      return documents.flatMap(({ description, document }) =>
        document ? [{ description, ...documentIn(document) }] : [],
      );
    },
    async recordUse(counts, batch) {
      await domain.recordUse({ batch, counts: counts.map((count) => ({ ...count, latency: [...count.latency] })) });
    },
  };
}

const documentIn = (found: FindDocumentResponse): AppDocument => ({
  id: found.id,
  name: found.name,
  version: found.version,
  text: found.text,
  retired: found.retired,
  ...(found.deprecatedAt === '' ? {} : { deprecatedAt: new Date(found.deprecatedAt) }),
  ...(found.sunset === '' ? {} : { sunset: new Date(found.sunset) }),
  ...(found.successorDocumentId === ''
    ? {}
    : { successor: { documentId: found.successorDocumentId, release: found.successorRelease } }),
});

const asked = <Answer>(answer: Promise<Answer>): Promise<Answer> => askDomain(answer, partnersDomain, AppsUnavailable);
