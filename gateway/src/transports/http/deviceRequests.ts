import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { deviceTokenSeconds, type Identity } from '#platform/identity/identity.ts';
import { DevicesUnavailable, type DeviceAccess } from '../../access/devices/deviceAccess.ts';
import { Refusal } from '../../errors/refusal.ts';
import { readBody } from './body.ts';
import type { LoadGate } from '../../access/loadGate.ts';
import type { RateCounter, RateStore } from '../../access/rateStore.ts';
import { networkOf, type AddressOf } from './clientAddress.ts';

/** Where devices ask to be enrolled, and where they get their tokens. */
const authorizePath = '/device/authorize';
const tokenPath = '/device/token';

/** How often an address may begin within a quarter of an hour: a store has 100 devices at most. */
const begun = { points: 100, duration: 900 };
const maxBodyBytes = 8_192;
const deviceCodeGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export interface DeviceRequestsOptions {
  readonly channel: string;
  /** The role in which this channel's devices act. */
  readonly role: string;
  readonly access: DeviceAccess;
  readonly identity: Pick<Identity, 'issueDeviceToken'>;
  readonly load: LoadGate;
  readonly rates: RateStore;
  readonly addressOf: AddressOf;
  readonly log: Logger;
}

interface Answer {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

const refused = (status: number, error: string, headers?: Answer['headers']): Answer => ({
  status,
  body: { error },
  headers,
});

/**
 * The endpoints of OAuth 2.0 for the screens and kiosks of stores. A device that is new sends its public key, shows the
 * code that it gets, and asks until a manager has entered it (RFC 8628). From then on it gets a short access token
 * whenever it signs an assertion with its key (RFC 7523, `private_key_jwt`): there is no secret that ends, or that
 * could be copied from it.
 */
export class DeviceRequests {
  readonly #options: DeviceRequestsOptions;
  readonly #begun: RateCounter;

  constructor(options: DeviceRequestsOptions) {
    this.#options = options;
    this.#begun = options.rates.counter(`${options.channel}:devices`, begun);
  }

  takes = (path: string): boolean => path === authorizePath || path === tokenPath;

  async handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const { status, body, headers } = await this.#answer(request, path);
    const bytes = Buffer.from(JSON.stringify(body));
    response
      .writeHead(status, {
        'content-type': 'application/json',
        'content-length': bytes.length,
        'cache-control': 'no-store',
        ...headers,
      })
      .end(bytes);
  }

  async #answer(request: IncomingMessage, path: string): Promise<Answer> {
    if (request.method !== 'POST') return refused(405, 'invalid_request', { allow: 'POST' });
    if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? ''))
      return refused(415, 'invalid_request');
    const address = this.#options.addressOf(request);
    if (path === authorizePath) {
      const wait = await secondsToWait(this.#begun, networkOf(address));
      if (wait > 0) return refused(429, 'slow_down', { 'retry-after': String(wait) });
    }
    try {
      const form = new URLSearchParams(await readBody(request, maxBodyBytes));
      return await this.#inTurn(address, () => (path === tokenPath ? this.#token(form) : this.#begin(form)));
    } catch (error) {
      // The rest of the body has not been read, and could not be told from the next request on the same connection.
      if (error instanceof Refusal)
        return refused(Number(error.status) || 400, 'invalid_request', { connection: 'close' });
      if (!(error instanceof DevicesUnavailable)) throw error;
      return refused(503, 'temporarily_unavailable', { 'retry-after': '5' });
    }
  }

  /**
   * Requests for tokens are not counted: what others send from the same address would keep the screens of a store from
   * renewing theirs. They take turns instead.
   */
  async #inTurn(address: string, answer: () => Promise<Answer>): Promise<Answer> {
    const leave = await this.#options.load.enterUnknown(address);
    try {
      return await answer();
    } finally {
      leave();
    }
  }

  async #begin(form: URLSearchParams): Promise<Answer> {
    const { access, role } = this.#options;
    const begun = await access.begin(role, { x: form.get('x') ?? '', y: form.get('y') ?? '' });
    if ('error' in begun) return refusalOf(begun.error);
    const { deviceId, userCode, expiresInSeconds, intervalSeconds } = begun;
    return {
      status: 200,
      body: {
        // It need not be secret: whoever asks for a token must have signed with the device's key.
        device_code: deviceId,
        user_code: userCode,
        verification_uri: '/office',
        expires_in: expiresInSeconds,
        interval: intervalSeconds,
      },
    };
  }

  async #token(form: URLSearchParams): Promise<Answer> {
    const { access, role, channel, identity, log } = this.#options;
    const grant = form.get('grant_type');
    if (grant !== 'client_credentials' && grant !== deviceCodeGrant) return refused(400, 'unsupported_grant_type');
    if (form.get('client_assertion_type') !== assertionType) return refused(401, 'invalid_client');
    const proof = await access.prove(role, form.get('client_assertion') ?? '');
    if ('error' in proof) return refusalOf(proof.error);
    const { deviceId, storeId } = proof;
    if (grant === deviceCodeGrant) log.info({ channel, device: deviceId, store: storeId }, 'a device is enrolled');
    return {
      status: 200,
      body: {
        access_token: await identity.issueDeviceToken(channel, { id: deviceId, role, bindings: { store: storeId } }),
        token_type: 'Bearer',
        expires_in: deviceTokenSeconds,
      },
    };
  }
}

function refusalOf(error: string): Answer {
  if (error === 'temporarily_unavailable') return refused(503, error, { 'retry-after': '30' });
  return refused(error === 'invalid_client' ? 401 : 400, error);
}

/** Counts a request of a network. Returns after how many seconds it may come again; 0 for now. */
async function secondsToWait(counter: RateCounter, network: string): Promise<number> {
  const { consumedPoints, msBeforeNext } = await counter.count(network, 1);
  return consumedPoints <= begun.points ? 0 : Math.max(1, Math.ceil(msBeforeNext / 1_000));
}
