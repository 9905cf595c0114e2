import { bindingsOf, callerKeyOf, type Principal } from '#platform/identity/principal.ts';
import type { AuthenticatedClient, ClientIdentity } from './clientIdentity.ts';
import { Refusal } from '../errors/refusal.ts';

/**
 * Whether a new token belongs to the same caller, who acts for the same one, with the same bindings (store, device …),
 * so that the connection's streams may go on under it. Its roles and scopes may differ.
 */
const isSame = (a: Principal, b: Principal): boolean => {
  const of = (principal: Principal) =>
    JSON.stringify([callerKeyOf(principal), principal.channel, bindingsOf(principal)]);
  return of(a) === of(b);
};

/**
 * The token under which a long-lived connection acts, which the client can renew. It does not watch the clock: the
 * connection checks `isExpired` and `isRevoked` from time to time.
 */
export class SessionToken {
  readonly #clients: ClientIdentity;
  #client: AuthenticatedClient | undefined;

  constructor(clients: ClientIdentity) {
    this.#clients = clients;
  }

  /** @throws Error before `begin` has succeeded */
  get principal(): Principal {
    if (!this.#client) throw new Error('the connection has not been authenticated yet');
    return this.#client.principal;
  }

  /** See `AuthenticatedClient`. */
  get authorization(): string | undefined {
    return this.#client?.authorization;
  }

  /** Authenticates the connection for the first time. @throws Refusal if the token is refused */
  async begin(authorization: string | undefined): Promise<Principal> {
    this.#client = await this.#clients.authenticate(authorization);
    return this.#client.principal;
  }

  /**
   * Takes a newer token of the same caller. Returns false, and keeps the present token, for a token of anybody else,
   * one that is refused, or one that cannot be checked now.
   */
  async renew(authorization: string): Promise<boolean> {
    if (!this.#client) return false;
    try {
      const client = await this.#clients.authenticate(authorization);
      if (!isSame(client.principal, this.#client.principal)) return false;
      this.#client = client;
      return true;
    } catch (error) {
      if (error instanceof Refusal) return false;
      throw error;
    }
  }

  /** `now`: milliseconds since the epoch. */
  isExpired(now: number): boolean {
    const endsAt = this.#client?.expiresAt;
    return endsAt !== undefined && now >= endsAt.getTime();
  }

  get isRevoked(): boolean {
    return this.#client !== undefined && this.#clients.isRevoked(this.#client);
  }
}
