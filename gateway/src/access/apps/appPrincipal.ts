import type { Principal } from '#platform/identity/principal.ts';
import type { App } from './appAccess.ts';

/** The role in which partners' developers and apps act. An app has no scopes but those that it was given. */
const role = 'partner';

/** An app as the layers behind the channel know it. */
export const appPrincipal = (channel: string, { appId, partnerId, scopes }: Omit<App, 'name'>): Principal => ({
  kind: 'user',
  subject: appId,
  channel,
  grants: [{ role, scopes: new Set(scopes), bindings: { partner: partnerId } }],
});
