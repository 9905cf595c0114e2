import { PartnerDocumentService } from '#generated/proto/drburger/partners/v1/partners_pb.ts';
import { isId } from '#platform/domain/id.ts';
import { service } from '#platform/rpc/service.ts';
import { edgeServices } from '#schema/services.ts';
import { registerDocument } from '../commands/registerDocument.ts';
import type { Partners } from '../context.ts';

/** Answers the channel on which partners register documents. It has checked them against its contract. */
export const partnerDocumentService = (domain: Partners) =>
  service(PartnerDocumentService, edgeServices, {
    async findApp({ partnerId, appId }) {
      if (!isId(partnerId) || !isId(appId)) return { found: false };
      const app = await domain.db.app.findFirst({ where: { id: appId, partnerId } });
      return app
        ? { found: true, name: app.name, scopes: app.scopes, signingRequired: app.signing === 'REQUIRED' }
        : { found: false };
    },
    register: async ({ $typeName: _ofProtobuf, $unknown: _newer, ...document }) => ({
      id: (await registerDocument(domain, document)) ?? '',
    }),
  });
