import type { Principal } from '#platform/identity/principal.ts';
import type { ClientIdentity } from './clientIdentity.ts';
import { Refusal } from './refusal.ts';

/** Whose streams a connection may go on with after a new token: the same one's, bound to the same things. Its rights may be others. */
const isSame = (a: Principal, b: Principal): boolean => {
  const of = ({ kind, subject, channel, bindings }: Principal) => JSON.stringify([kind, subject, channel, Object.entries(bindings).sort(([x], [y]) => (x < y ? -1 : 1))]);
  return of(a) === of(b);
};

/** Who a long-lived connection acts for: until its token is over, or renewed. Whoever has it looks now and then whether it is. */
export class SessionToken {
  readonly #clients: ClientIdentity;
  #principal: Principal | undefined;
  #authorization: string | undefined;
  #endsAt = Number.POSITIVE_INFINITY;

  constructor(clients: ClientIdentity) {
    this.#clients = clients;
  }

  /** @throws Error before `begin` succeeded */
  get principal(): Principal {
    if (!this.#principal) throw new Error('nobody has said yet who it is');
    return this.#principal;
  }

  get authorization(): string | undefined {
    return this.#authorization;
  }

  /** @throws Refusal */
  async begin(authorization: string | undefined): Promise<Principal> {
    const { principal, expiresAt } = await this.#clients.authenticate(authorization);
    this.#take(principal, authorization, expiresAt);
    return principal;
  }

  /** Takes a newer token of the same caller; false, and nothing changes, for any other. */
  async renew(authorization: string): Promise<boolean> {
    if (!this.#principal) return false;
    try {
      const { principal, expiresAt } = await this.#clients.authenticate(authorization);
      if (!isSame(principal, this.#principal)) return false;
      this.#take(principal, authorization, expiresAt);
      return true;
    } catch (error) {
      if (error instanceof Refusal) return false;
      throw error;
    }
  }

  /** `now`: milliseconds since the epoch. */
  isOver(now: number): boolean {
    return now >= this.#endsAt;
  }

  #take(principal: Principal, authorization: string | undefined, expiresAt: Date | undefined): void {
    this.#principal = principal;
    this.#authorization = authorization;
    this.#endsAt = expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
  }
}
