import { InvalidToken, type ClientChannel, type Identity, type VerifiedClient } from '#platform/identity/identity.ts';
import { KeysUnavailable } from '#platform/identity/remoteKeys.ts';
import { anonymous, type Principal } from '#platform/identity/principal.ts';
import { actingSubject, type Revocations } from '#platform/identity/revocations.ts';
import { roleScopes } from '#schema/scopes.ts';
import type { ChannelManifest } from '../channelManifest.ts';
import { Refusal } from '../errors/refusal.ts';
import type { RefusedTokens } from './refusedTokens.ts';

export interface AuthenticatedClient {
  readonly principal: Principal;
  /**
   * When its token was issued and when it expires. Undefined for a client without a token: that has nothing that could
   * be revoked or expire.
   */
  readonly issuedAt?: Date;
  readonly expiresAt?: Date;
  /** Its `Authorization` header, where that is passed on to subgraphs. Undefined, so that it is not kept, elsewhere. */
  readonly authorization?: string | undefined;
}

/**
 * Finds out who a client is from its `Authorization` header, or from the same value in the payload of
 * `connection_init`. Nothing else that a client says about itself is believed. On a channel a client acts in the roles
 * that the channel is for; what its token says about its other roles counts for nothing there.
 */
export interface ClientIdentity {
  /**
   * @throws Refusal 401 for a missing, invalid or revoked token, 403 for a token whose roles may not use the channel,
   * 503 for one that cannot be checked now
   */
  authenticate(
    authorization: string | undefined,
    options?: { readonly allowAnonymous?: boolean },
  ): Promise<AuthenticatedClient>;
  /** Whether the access of a client that was authenticated earlier has been revoked since. */
  isRevoked(client: AuthenticatedClient): boolean;
}

export function createClientIdentity(
  channel: string,
  auth: ChannelManifest['auth'],
  identity: Pick<Identity, 'verifyClientToken'>,
  refused: Pick<RefusedTokens, 'tell'>,
  revocations?: Revocations,
): ClientIdentity {
  const nobody = anonymous(channel, roleScopes.anonymous);
  const asked: ClientChannel = { name: channel, roles: auth.roles };
  const isRevoked = ({ principal: { subject, act }, issuedAt }: AuthenticatedClient): boolean =>
    issuedAt !== undefined &&
    [subject, ...(act ? [act.subject, actingSubject(act.subject, subject)] : [])].some(
      (each) => revocations?.isRevoked(each, issuedAt) ?? false,
    );
  return {
    isRevoked,
    async authenticate(authorization, { allowAnonymous = auth.anonymous } = {}) {
      if (authorization === undefined || authorization === '') {
        if (allowAnonymous) return { principal: nobody };
        throw Refusal.of(
          401,
          'UNAUTHENTICATED',
          'This channel asks for a token: send it as `Authorization: Bearer …`.',
        );
      }
      const [scheme, token, ...rest] = authorization.split(' ');
      if (scheme?.toLowerCase() !== 'bearer' || !token || rest.length > 0)
        throw Refusal.of(401, 'UNAUTHENTICATED', 'Send the token as `Authorization: Bearer …`.');
      const client = await verified(token, asked, identity, refused);
      const { principal } = client;
      if (isRevoked(client)) throw revoked();
      if (principal.grants.length === 0) {
        const wanted = auth.roles.join(', ');
        throw Refusal.of(
          403,
          'FORBIDDEN',
          `The channel ${channel} is for tokens with one of these \`roles\`: ${wanted}.`,
        );
      }
      return client;
    },
  };
}

/** The refusal that a client gets whose access was revoked. */
export const revoked = (): Refusal => Refusal.of(401, 'UNAUTHENTICATED', 'This access was revoked. Sign in again.');

async function verified(
  token: string,
  channel: ClientChannel,
  identity: Pick<Identity, 'verifyClientToken'>,
  refused: Pick<RefusedTokens, 'tell'>,
): Promise<VerifiedClient> {
  try {
    return await identity.verifyClientToken(token, channel);
  } catch (error) {
    if (!(error instanceof InvalidToken || error instanceof KeysUnavailable)) throw error;
    refused.tell(error.message);
    if (error instanceof KeysUnavailable)
      throw Refusal.unavailable('Tokens cannot be checked at the moment. Send the same one again later.');
    throw Refusal.of(401, 'UNAUTHENTICATED', 'The token is not valid here. Get a new one.');
  }
}
