import { InvalidToken, type Identity } from '#platform/identity/identity.ts';
import { anonymous, type Principal } from '#platform/identity/principal.ts';
import { roleScopes } from '#schema/scopes.ts';
import type { ChannelManifest } from './channelManifest.ts';
import { Refusal } from './refusal.ts';

export interface AuthenticatedClient {
  readonly principal: Principal;
  /** When its token ends; a client without a token does not end. */
  readonly expiresAt?: Date;
}

/** Who a client is, from its `Authorization` header or the same value in `connection_init`. Nothing else it says about itself counts. */
export interface ClientIdentity {
  /** @throws Refusal 401 for no or a bad token, 403 for roles that have no business in the channel */
  authenticate(authorization: string | undefined, options?: { readonly allowAnonymous?: boolean }): Promise<AuthenticatedClient>;
}

export function createClientIdentity(channel: string, auth: ChannelManifest['auth'], identity: Pick<Identity, 'verifyClientToken'>): ClientIdentity {
  const nobody = anonymous(channel, roleScopes.anonymous);
  return {
    async authenticate(authorization, { allowAnonymous = auth.anonymous } = {}) {
      if (authorization === undefined || authorization === '') {
        if (allowAnonymous) return { principal: nobody };
        throw Refusal.of(401, 'UNAUTHENTICATED', 'This channel asks for a token: send it as `Authorization: Bearer …`.');
      }
      const [scheme, token, ...rest] = authorization.split(' ');
      if (scheme?.toLowerCase() !== 'bearer' || !token || rest.length > 0) throw Refusal.of(401, 'UNAUTHENTICATED', 'Send the token as `Authorization: Bearer …`.');
      const { principal, expiresAt } = await verified(token, channel, identity);
      if (!principal.roles.some((role) => (auth.roles as readonly string[]).includes(role))) {
        throw Refusal.of(403, 'FORBIDDEN', `The channel ${channel} is for ${auth.roles.join(', ')}.`);
      }
      return { principal, expiresAt };
    },
  };
}

async function verified(token: string, channel: string, identity: Pick<Identity, 'verifyClientToken'>) {
  try {
    return await identity.verifyClientToken(token, channel);
  } catch (error) {
    if (error instanceof InvalidToken) throw Refusal.of(401, 'UNAUTHENTICATED', 'The token is not valid here. Get a new one.');
    throw error;
  }
}
