import type { Resolvers } from '#generated/partners/resolvers.ts';
import { ApiKey } from './resolvers/ApiKey.ts';
import { activatePartnerDocument } from './resolvers/Mutation/activatePartnerDocument.ts';
import { makeApiKey } from './resolvers/Mutation/makeApiKey.ts';
import { openPartnerAccount } from './resolvers/Mutation/openPartnerAccount.ts';
import { retirePartnerDocument } from './resolvers/Mutation/retirePartnerDocument.ts';
import { revokeApiKey } from './resolvers/Mutation/revokeApiKey.ts';
import { setPartnerApp } from './resolvers/Mutation/setPartnerApp.ts';
import { changeWebhookEndpoint } from './resolvers/Mutation/changeWebhookEndpoint.ts';
import { pingWebhookEndpoint } from './resolvers/Mutation/pingWebhookEndpoint.ts';
import { registerWebhookEndpoint } from './resolvers/Mutation/registerWebhookEndpoint.ts';
import { removeWebhookEndpoint } from './resolvers/Mutation/removeWebhookEndpoint.ts';
import { replayWebhooks } from './resolvers/Mutation/replayWebhooks.ts';
import { rotateWebhookSecret } from './resolvers/Mutation/rotateWebhookSecret.ts';
import { setWebhookEndpointState } from './resolvers/Mutation/setWebhookEndpointState.ts';
import { PartnerAccount } from './resolvers/PartnerAccount.ts';
import { PartnerApp } from './resolvers/PartnerApp.ts';
import { PartnerDocument } from './resolvers/PartnerDocument.ts';
import { myPartnerAccount } from './resolvers/Query/myPartnerAccount.ts';
import { partnerAccount } from './resolvers/Query/partnerAccount.ts';
import { partnerAccounts } from './resolvers/Query/partnerAccounts.ts';
import { WebhookEndpoint } from './resolvers/WebhookEndpoint.ts';

export const resolvers: Resolvers = {
  Query: { myPartnerAccount, partnerAccount, partnerAccounts },
  Mutation: {
    openPartnerAccount,
    setPartnerApp,
    makeApiKey,
    revokeApiKey,
    activatePartnerDocument,
    retirePartnerDocument,
    changeWebhookEndpoint,
    pingWebhookEndpoint,
    registerWebhookEndpoint,
    removeWebhookEndpoint,
    replayWebhooks,
    rotateWebhookSecret,
    setWebhookEndpointState,
  },
  PartnerAccount,
  PartnerApp,
  ApiKey,
  PartnerDocument,
  WebhookEndpoint,
};
