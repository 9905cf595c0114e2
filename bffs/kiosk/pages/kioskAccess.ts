import { DeviceCredential } from '#clients/device-credential/src/deviceCredential.ts';
import { deviceStore } from '#bffs/pages/deviceStore.ts';
import { tabToken } from '#bffs/pages/tabToken.ts';

/** Where the token is kept that somebody gave the screen for the time being. */
const givenToken = tabToken('device-token');

export interface KioskAccessOptions {
  /**
   * Called with each new code by which a manager can enrol the device, and with undefined once that has happened. While
   * the device acts by a token that was given, nobody is asked to enrol it.
   */
  readonly onCode: (code: string | undefined) => void;
}

/** How long a guest's request waits for a token. */
const patienceMs = 10_000;

/**
 * As what a page of the kiosk's channel acts: as the enrolled device itself, whose key outlasts a restart, or by a
 * token that somebody gave it for the time being. `/board` and `/order` in the same browser are the same device.
 */
export class KioskAccess {
  /** Undefined where browsers have no keys: on pages that come neither by TLS nor from this machine. */
  readonly #device: DeviceCredential | undefined;
  #given = givenToken.take();
  #awaken: () => void = () => undefined;
  readonly #onCode: KioskAccessOptions['onCode'];
  #code: string | undefined;

  constructor({ onCode }: KioskAccessOptions) {
    this.#onCode = onCode;
    if (isSecureContext)
      this.#device = new DeviceCredential({
        url: location.href,
        store: deviceStore,
        onCode: (code) => {
          this.#code = code;
          if (this.#given === undefined) onCode(code);
        },
      });
  }

  /** The code by which a manager can enrol the device, while there is one. */
  get code(): string | undefined {
    return this.#code;
  }

  /** Whether the kiosk acts as itself, so that no token that somebody gives it is needed. */
  get isDevice(): boolean {
    return this.#given === undefined && this.#device !== undefined;
  }

  /**
   * The token to use. A kiosk that is not enrolled waits until it is, or until a token is given. Undefined if it has
   * none and cannot be enrolled. `anew`: the last one was refused.
   */
  async token(anew = false): Promise<string | undefined> {
    if (this.#given !== undefined || !this.#device) return this.#given;
    const isGiven = new Promise<void>((resolve) => {
      this.#awaken = resolve;
    });
    return Promise.race([this.#device.token(anew), isGiven.then(() => this.#given)]);
  }

  /** The same, while a guest waits: undefined if there is none within seconds. */
  async tokenSoon(anew = false): Promise<string | undefined> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), patienceMs);
    });
    return Promise.race([this.token(anew), late]).finally(() => clearTimeout(timer));
  }

  use(token: string): void {
    this.#given = token;
    givenToken.keep(token);
    this.#awaken();
  }

  /** Forgets a token that was given and is over, where the kiosk can get its own instead. */
  forgetGiven(): void {
    if (!this.#device) return;
    this.#given = undefined;
    givenToken.forget();
    if (this.#code !== undefined) this.#onCode(this.#code);
  }
}
