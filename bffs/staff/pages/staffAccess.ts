import { DeviceCredential } from '#clients/device-credential/src/deviceCredential.ts';
import { deviceStore } from '#bffs/pages/deviceStore.ts';
import { PersonSignIn } from '#bffs/pages/personSignIn.ts';
import { tabToken } from '#bffs/pages/tabToken.ts';

const givenToken = tabToken('staff-token');

export interface StaffAccessOptions {
  /** Whether the screen itself may be enrolled by a manager, for when nobody signs in. */
  readonly device: boolean;
  /** Called with each new code by which a manager can enrol the screen, and with undefined once that has happened. */
  readonly onCode: (code: string | undefined) => void;
}

/**
 * As whom a page of staff acts: by a token that somebody gave it for the time being, as the person who has signed in,
 * or, on the screen of a kitchen, as the enrolled screen itself.
 */
export class StaffAccess {
  readonly #person = PersonSignIn.offered();
  readonly #device: DeviceCredential | undefined;
  #given = givenToken.take();
  #awaken: () => void = () => undefined;

  constructor({ device, onCode }: StaffAccessOptions) {
    // Browsers have keys only on pages that come by TLS or from this machine.
    if (device && isSecureContext)
      this.#device = new DeviceCredential({ url: location.href, store: deviceStore, onCode });
  }

  /** Begins a sign-in at the provider; undefined where the channel names none. */
  get signIn(): (() => Promise<void>) | undefined {
    return this.#person && (() => this.#person!.begin());
  }

  /** Whether there is something to sign out of: a screen of its own is revoked in the office instead. */
  async isPerson(): Promise<boolean> {
    return this.#given !== undefined || (await this.#person?.token().catch(() => undefined)) !== undefined;
  }

  /**
   * The token to use; undefined if nobody has signed in. On a screen that can be enrolled it waits until it is, or
   * until a token is given. Rejects if the provider cannot be reached now. `anew`: the last one was refused.
   */
  async token(anew = false): Promise<string | undefined> {
    if (this.#given !== undefined) return this.#given;
    const own = await this.#person?.token(anew);
    if (own !== undefined || !this.#device) return own;
    const isGiven = new Promise<void>((resolve) => {
      this.#awaken = resolve;
    });
    return Promise.race([this.#device.token(anew), isGiven.then(() => this.#given)]);
  }

  use(token: string): void {
    this.#given = token;
    givenToken.keep(token);
    this.#awaken();
  }

  /** Forgets a token that was given and is over, so that it does not stand in the way of another sign-in. */
  forgetGiven(): void {
    if (!this.#person && !this.#device) return;
    this.#given = undefined;
    givenToken.forget();
  }

  /** Signs out and leaves the page, so that nothing of the person stays on the screen. */
  async end(): Promise<void> {
    const wasGiven = this.#given !== undefined;
    givenToken.forget();
    if (wasGiven || !this.#person) location.reload();
    else await this.#person.end();
  }
}
