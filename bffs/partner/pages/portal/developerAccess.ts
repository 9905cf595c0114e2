import { PersonSignIn } from '#bffs/pages/personSignIn.ts';
import { tabToken } from '#bffs/pages/tabToken.ts';

const givenToken = tabToken('partner-token');

/** As whom the portal acts: the developer who has signed in at the provider, or by a token that somebody gave it. */
export class DeveloperAccess {
  readonly #person = PersonSignIn.offered();
  #given = givenToken.take();

  /** Begins a sign-in at the provider; undefined where the channel names none. */
  get signIn(): (() => Promise<void>) | undefined {
    return this.#person && (() => this.#person!.begin());
  }

  /**
   * The token to use; undefined if nobody has signed in. Rejects if the provider cannot be reached now. `anew`: the
   * last one was refused.
   */
  async token(anew = false): Promise<string | undefined> {
    return this.#given ?? this.#person?.token(anew);
  }

  use(token: string): void {
    this.#given = token;
    givenToken.keep(token);
  }

  /** Forgets a token that was given. */
  forgetGiven(): void {
    this.#given = undefined;
    givenToken.forget();
  }

  /** Signs out, at the provider, too. The page begins anew. */
  async end(): Promise<void> {
    const wasGiven = this.#given !== undefined;
    this.forgetGiven();
    if (wasGiven || !this.#person) location.reload();
    else await this.#person.end();
  }
}
