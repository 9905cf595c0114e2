import type { Principal } from '#platform/identity/principal.ts';
import type { AuthenticatedClient, ClientIdentity } from './clientIdentity.ts';
import { Refusal } from '../errors/refusal.ts';

/**
 * Whose streams a connection may go on with after a new token: the same one's, bound to the same things. Its rights may
 * be others.
 */
const isSame = (a: Principal, b: Principal): boolean => {
  const of = ({ kind, subject, channel, bindings }: Principal) =>
    JSON.stringify([kind, subject, channel, Object.entries(bindings).sort(([x], [y]) => (x < y ? -1 : 1))]);
  return of(a) === of(b);
};

/**
 * Who a long-lived connection acts for: until its token is over, or renewed. Whoever has it looks now and then whether
 * it is.
 */
export class SessionToken {
  readonly #clients: ClientIdentity;
  #client: AuthenticatedClient | undefined;
  #authorization: string | undefined;

  constructor(clients: ClientIdentity) {
    this.#clients = clients;
  }

  /** @throws Error before `begin` succeeded */
  get principal(): Principal {
    if (!this.#client) throw new Error('nobody has said yet who it is');
    return this.#client.principal;
  }

  get authorization(): string | undefined {
    return this.#authorization;
  }

  /** @throws Refusal */
  async begin(authorization: string | undefined): Promise<Principal> {
    this.#client = await this.#clients.authenticate(authorization);
    this.#authorization = authorization;
    return this.#client.principal;
  }

  /** Takes a newer token of the same caller; false, and nothing changes, for any other. */
  async renew(authorization: string): Promise<boolean> {
    if (!this.#client) return false;
    try {
      const client = await this.#clients.authenticate(authorization);
      if (!isSame(client.principal, this.#client.principal)) return false;
      this.#client = client;
      this.#authorization = authorization;
      return true;
    } catch (error) {
      if (error instanceof Refusal) return false;
      throw error;
    }
  }

  /** `now`: milliseconds since the epoch. */
  isOver(now: number): boolean {
    const endsAt = this.#client?.expiresAt;
    return endsAt !== undefined && now >= endsAt.getTime();
  }

  get isRevoked(): boolean {
    return this.#client !== undefined && this.#clients.isRevoked(this.#client);
  }
}
