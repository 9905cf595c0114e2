import { setTimeout as pause } from 'node:timers/promises';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWK, type JWTVerifyGetKey } from 'jose';
import { underDeadline } from '#platform/http/underDeadline.ts';
import type { KeySource } from './keySource.ts';

/** The issuer's keys cannot be fetched, so it is unknown whether a token is valid. Try again later. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

export interface RemoteKeysOptions {
  /** After so long the keys are fetched again; 10 minutes by default. */
  readonly freshMs?: number;
  /** The keys of the last fetch are used for so long while none succeeds; 12 hours by default. */
  readonly keptMs?: number;
  /** From one fetch to the next at least, whatever tokens name: 10 s by default. */
  readonly pauseMs?: number;
  /** So long a token whose key may be known waits for a fetch; 1 s by default. */
  readonly patienceMs?: number;
  /** Hears when the keys cannot be fetched for the first time, and when they can again (undefined). */
  readonly onFailure?: (why: string | undefined) => void;
}

export const freshKeysMs = 600_000;
const keptMs = 12 * 3_600_000;
const fetchWithinMs = 5_000;
/** Of a JWK set; an issuer's has a few kilobytes. */
const maxBytes = 262_144;

/**
 * The ES256 keys of a JWK set (RFC 7517) at an address. They are fetched again after 10 minutes, and when a token names
 * a key that is not among them, once for all who wait, and never at the rate at which tokens come. An issuer that is
 * slow or down neither locks out nor holds up clients whose key is known: the keys of the last fetch are used for up to
 * 12 hours. Where they do not help, `find` rejects with `KeysUnavailable`. A redirect is no answer: it could lead to
 * an address that nobody chose.
 */
export class RemoteKeys implements KeySource {
  readonly #address: URL;
  readonly #options: Required<RemoteKeysOptions>;
  #known: { readonly find: JWTVerifyGetKey; readonly since: number } | undefined;
  #fetching: Promise<void> | undefined;
  #triedAt = Number.NEGATIVE_INFINITY;
  #failure: string | undefined;
  /** Whether the fetch that is under way has taken too long: nobody who need not waits for it any more. */
  #isSlow = false;

  constructor(address: URL, options: RemoteKeysOptions = {}) {
    this.#address = address;
    this.#options = {
      freshMs: freshKeysMs,
      keptMs,
      pauseMs: 10_000,
      patienceMs: 1_000,
      onFailure: () => undefined,
      ...options,
    };
  }

  readonly find: JWTVerifyGetKey = async (header, token) => {
    await this.#freshen();
    try {
      if (!this.#isUsable) throw new errors.JWKSNoMatchingKey();
      return await this.#known!.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      if (await this.renew()) return this.#known!.find(header, token);
      if (this.#failure === undefined) throw error;
      throw new KeysUnavailable(`the keys at ${this.#address.href} cannot be had: ${this.#failure}`, { cause: error });
    }
  };

  async renew(): Promise<boolean> {
    const fetching = this.#fetch();
    await fetching;
    return fetching !== undefined && this.#failure === undefined;
  }

  get #isUsable(): boolean {
    return this.#known !== undefined && performance.now() - this.#known.since < this.#options.keptMs;
  }

  /** Fetches keys that have become old; waits for it a little, and not at all while the issuer is known to fail. */
  async #freshen(): Promise<void> {
    const { freshMs, patienceMs } = this.#options;
    if (this.#known && performance.now() - this.#known.since < freshMs) return;
    const hasFailed = this.#failure !== undefined;
    const fetching = this.#fetch();
    if (!fetching || !this.#isUsable || hasFailed || this.#isSlow) return;
    const over = new AbortController();
    const late = pause(patienceMs, undefined, { signal: over.signal }).then(
      () => (this.#isSlow = this.#fetching === fetching),
      () => undefined,
    );
    await Promise.race([fetching, late]);
    over.abort();
  }

  /** The fetch under way, or a new one, which never rejects; undefined within the pause after the last. */
  #fetch(): Promise<void> | undefined {
    if (this.#fetching) return this.#fetching;
    if (performance.now() - this.#triedAt < this.#options.pauseMs) return undefined;
    this.#triedAt = performance.now();
    this.#fetching = keySetAt(this.#address)
      .then(
        (set) => {
          this.#known = { find: createLocalJWKSet(set), since: performance.now() };
          this.#tell(undefined);
        },
        (error: Error) => this.#tell(error.cause instanceof Error ? error.cause.message : error.message),
      )
      .finally(() => {
        this.#fetching = undefined;
        this.#isSlow = false;
      });
    return this.#fetching;
  }

  #tell(failure: string | undefined): void {
    const isNews = (failure === undefined) !== (this.#failure === undefined);
    this.#failure = failure;
    if (isNews) this.#options.onFailure(failure);
  }
}

async function keySetAt(address: URL): Promise<JSONWebKeySet> {
  const headers = { accept: 'application/jwk-set+json, application/json' };
  return underDeadline(fetchWithinMs, undefined, async (signal) => {
    const response = await fetch(address, { redirect: 'manual', signal, headers });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`it answers with status ${response.status}`);
    }
    return keySetOf(await textOf(response));
  });
}

async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    // Leaving the loop cancels the body, and with it the connection.
    if (bytes > maxBytes) throw new Error(`its answer is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A set without a key that tokens can be signed with would refuse every client: it is a fault of the issuer's. */
function keySetOf(text: string): JSONWebKeySet {
  const set = JSON.parse(text) as { readonly keys?: unknown } | null;
  const keys = (Array.isArray(set?.keys) ? set.keys : []).filter(isP256);
  if (keys.length === 0) throw new Error('its answer has no key for ES256');
  return { keys };
}

const isP256 = (key: unknown): key is JWK =>
  typeof key === 'object' && key !== null && 'kty' in key && key.kty === 'EC' && 'crv' in key && key.crv === 'P-256';
