import { SignJWT, type CryptoKey } from 'jose';

/** What a device keeps of itself: a browser can store it in IndexedDB, keys and all. */
export interface KeptDevice {
  readonly id: string;
  /** ES256. The private key cannot be read, by the page or by anybody else: it signs, and that is all. */
  readonly keys: { readonly privateKey: CryptoKey; readonly publicKey: CryptoKey };
  /** The code that it shows; undefined once it is enrolled. */
  readonly code?: string;
}

/** Where a device is kept while its browser or system is off. */
export interface DeviceStore {
  load(): Promise<KeptDevice | undefined>;
  keep(device: KeptDevice | undefined): Promise<void>;
}

export interface DeviceCredentialOptions {
  /** The address of the channel, such as `https://kiosk.example.com/`. */
  readonly url: string;
  readonly store: DeviceStore;
  /** Called with each new code to show, and with undefined as soon as a manager has entered it. */
  readonly onCode: (code: string | undefined) => void;
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** Milliseconds since the epoch. It may be wrong: the server's `Date` is what counts. */
  readonly clock?: () => number;
  readonly pause?: (ms: number) => Promise<void>;
}

interface Token {
  readonly text: string;
  readonly endsAt: number;
}

/** What the channel says, by OAuth 2.0. */
interface Said {
  readonly error?: string;
  readonly access_token?: string;
  readonly expires_in?: number;
  readonly device_code?: string;
  readonly user_code?: string;
}

const audience = 'urn:drburger:devices';
const assertionSeconds = 60;
const waitingMs = 5_000;
const retryMs = { first: 1_000, longest: 30_000 };
/** A token that ends so soon is not used any more. */
const leastMs = 30_000;
/** These last: asking again with the same key cannot help. */
const isOver: readonly unknown[] = ['expired_token', 'access_denied', 'invalid_client'];

/**
 * The credential of a screen or kiosk. Without one it asks to be enrolled and tells the code to show (RFC 8628); from
 * then on it gets access tokens by signing with its key (RFC 7523), for as long as nobody revokes it.
 */
export class DeviceCredential {
  readonly #options: Required<DeviceCredentialOptions>;
  #token: Token | undefined;
  #getting: Promise<string> | undefined;
  #shown: string | undefined;
  /** By how much the server's clock is ahead. */
  #aheadMs = 0;

  constructor(options: DeviceCredentialOptions) {
    this.#options = {
      fetch: (url, init) => fetch(url, init),
      clock: Date.now,
      pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      ...options,
    };
  }

  /**
   * Resolves to an access token: at once if there is one, later if somebody has to enter the code first or the channel
   * cannot be reached. `anew`: the last one was refused, or ends soon.
   */
  token(anew = false): Promise<string> {
    const now = this.#options.clock();
    if (!anew && this.#token && this.#token.endsAt - leastMs > now) return Promise.resolve(this.#token.text);
    this.#getting ??= this.#get().finally(() => {
      this.#getting = undefined;
    });
    return this.#getting;
  }

  async #get(): Promise<string> {
    const { store, pause } = this.#options;
    let device = await store.load();
    for (let failures = 0; ;) {
      try {
        device ??= await this.#begin();
        if (device.code !== undefined) this.#show(device.code);
        const { error, access_token: text, expires_in: seconds = 0 } = await this.#ask(device);
        failures = 0;
        if (text !== undefined) {
          if (device.code !== undefined) await store.keep({ id: device.id, keys: device.keys });
          this.#show(undefined);
          this.#token = { text, endsAt: this.#options.clock() + seconds * 1_000 };
          return text;
        }
        if (isOver.includes(error)) {
          device = undefined;
          await store.keep(undefined);
        } else await pause(waitingMs);
      } catch {
        failures += 1;
        const most = Math.min(retryMs.longest, retryMs.first * 2 ** failures);
        // All screens of a chain lose a server at the same moment, and must not come back at the same moment.
        await pause(most * (0.5 + Math.random() / 2));
      }
    }
  }

  #show(code: string | undefined): void {
    if (this.#shown === code) return;
    this.#shown = code;
    this.#options.onCode(code);
  }

  async #begin(): Promise<KeptDevice> {
    const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
    const { x = '', y = '' } = await crypto.subtle.exportKey('jwk', keys.publicKey);
    const { device_code: id, user_code: code } = await this.#post('device/authorize', { x, y });
    if (id === undefined || code === undefined) throw new Error('the channel enrols no devices now');
    const device = { id, code, keys };
    await this.#options.store.keep(device);
    return device;
  }

  /**
   * Asks for a token. A refusal is believed the second time: by then the clock is that of the server, and the assertion
   * is one that no proxy can have delivered before. Who forgets its key stands dark until a manager comes.
   */
  async #ask(device: KeptDevice): Promise<Said> {
    const said = await this.#askOnce(device);
    return said.error === 'invalid_client' ? this.#askOnce(device) : said;
  }

  async #askOnce({ id, keys, code }: KeptDevice): Promise<Said> {
    const now = Math.floor((this.#options.clock() + this.#aheadMs) / 1_000);
    const assertion = await new SignJWT({})
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer(id)
      .setSubject(id)
      .setAudience(audience)
      .setIssuedAt(now)
      .setExpirationTime(now + assertionSeconds)
      .setJti(randomText())
      .sign(keys.privateKey);
    return this.#post('device/token', {
      ...(code === undefined
        ? { grant_type: 'client_credentials' }
        : { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: id }),
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    });
  }

  /** @throws if the channel does not answer, or says that it cannot now */
  async #post(path: string, form: Readonly<Record<string, string>>): Promise<Said> {
    const { fetch: send, url, clock } = this.#options;
    const response = await send(new URL(path, url).href, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    });
    const date = Date.parse(response.headers.get('date') ?? '');
    if (!Number.isNaN(date)) this.#aheadMs = date - clock();
    if (response.status >= 500 || response.status === 429 || response.status === 404)
      throw new Error(`the channel answered ${response.status}`);
    return (await response.json()) as Said;
  }
}

const randomText = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
