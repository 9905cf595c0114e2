import type { Resolvers } from '#generated/partners/resolvers.ts';
import { ApiKey } from './resolvers/ApiKey.ts';
import { activatePartnerDocument } from './resolvers/Mutation/activatePartnerDocument.ts';
import { makeApiKey } from './resolvers/Mutation/makeApiKey.ts';
import { openPartnerAccount } from './resolvers/Mutation/openPartnerAccount.ts';
import { retirePartnerDocument } from './resolvers/Mutation/retirePartnerDocument.ts';
import { revokeApiKey } from './resolvers/Mutation/revokeApiKey.ts';
import { setPartnerApp } from './resolvers/Mutation/setPartnerApp.ts';
import { PartnerAccount } from './resolvers/PartnerAccount.ts';
import { PartnerApp } from './resolvers/PartnerApp.ts';
import { PartnerDocument } from './resolvers/PartnerDocument.ts';
import { myPartnerAccount } from './resolvers/Query/myPartnerAccount.ts';
import { partnerAccount } from './resolvers/Query/partnerAccount.ts';
import { partnerAccounts } from './resolvers/Query/partnerAccounts.ts';

export const resolvers: Resolvers = {
  Query: { myPartnerAccount, partnerAccount, partnerAccounts },
  Mutation: {
    openPartnerAccount,
    setPartnerApp,
    makeApiKey,
    revokeApiKey,
    activatePartnerDocument,
    retirePartnerDocument,
  },
  PartnerAccount,
  PartnerApp,
  ApiKey,
  PartnerDocument,
};
