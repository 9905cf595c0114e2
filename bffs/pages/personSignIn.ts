import * as oauth from 'oauth4webapi';

interface Kept {
  readonly access: string;
  readonly refresh?: string;
  readonly id?: string;
  readonly endsAt: number;
}
/** What a sign-in that is under way must know when the provider sends the browser back. */
interface Begun {
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
  /** What followed the page's path in its address. */
  readonly search: string;
}

/** A token that ends so soon is not used any more. */
const leastMs = 30_000;
const patienceMs = 10_000;
/**
 * By how much the clock of a computer may be wrong. An ID token comes straight from the provider, for a nonce made a
 * moment ago, and nothing else is done with it: when it ends says nothing, but would lock out whose clock is minutes
 * ahead.
 */
const clocksDifferSeconds = 86_400;
const keptName = 'person';
const begunName = 'person-begun';

const read = <Value>(name: string): Value | undefined => {
  try {
    return (JSON.parse(sessionStorage.getItem(name) ?? 'null') as Value | null) ?? undefined;
  } catch {
    return undefined;
  }
};
const write = (name: string, value: object | undefined): void =>
  value ? sessionStorage.setItem(name, JSON.stringify(value)) : sessionStorage.removeItem(name);

/**
 * Lets the person who works with a page sign in at the OpenID provider that the channel names: authorization code with
 * PKCE, tokens that are renewed before they end, and logout. The tokens are kept for this browser tab alone, and each
 * refresh token is used once.
 */
export class PersonSignIn {
  readonly #issuer: URL;
  readonly #client: oauth.Client;
  /** Where the provider sends the browser back to: this page. */
  readonly #redirect = location.origin + location.pathname;
  #server: Promise<oauth.AuthorizationServer> | undefined;
  #renewing: Promise<string | undefined> | undefined;
  /** Ends a sign-in with which the page was opened, if there is one. */
  readonly #finished: Promise<void>;

  constructor(issuer: string, clientId: string) {
    this.#issuer = new URL(issuer);
    this.#client = { client_id: clientId, [oauth.clockTolerance]: clocksDifferSeconds };
    this.#finished = this.#finish().catch((error: Error) => console.warn(`signing in failed: ${error.message}`));
  }

  /** What this channel offers; undefined if it names no provider. */
  static offered(): PersonSignIn | undefined {
    const mark = document.querySelector<HTMLMetaElement>('meta[name="sign-in"]');
    const clientId = mark?.dataset['clientId'];
    return mark && clientId ? new PersonSignIn(mark.content, clientId) : undefined;
  }

  /** Sends the browser to the provider. It comes back to this page, which signs the person in as it loads. */
  async begin(): Promise<void> {
    const server = await this.#discover();
    const begun: Begun = {
      verifier: oauth.generateRandomCodeVerifier(),
      state: oauth.generateRandomState(),
      nonce: oauth.generateRandomNonce(),
      search: location.search,
    };
    write(begunName, begun);
    location.assign(
      addressOf(server.authorization_endpoint, {
        client_id: this.#client.client_id,
        redirect_uri: this.#redirect,
        response_type: 'code',
        scope: 'openid profile',
        state: begun.state,
        nonce: begun.nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(begun.verifier),
        code_challenge_method: 'S256',
      }),
    );
  }

  /**
   * The person's access token; undefined if nobody has signed in, or the sign-in is over. `anew`: the last one was
   * refused. Rejects if the provider cannot be reached, so that nobody is signed out by that.
   */
  async token(anew = false): Promise<string | undefined> {
    await this.#finished;
    const kept = read<Kept>(keptName);
    if (!kept) return undefined;
    if (!anew && kept.endsAt - leastMs > Date.now()) return kept.access;
    this.#renewing ??= this.#renew(kept).finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  /** Signs the person out here, and sends the browser to the provider, which ends the session there and comes back. */
  async end(): Promise<void> {
    const kept = read<Kept>(keptName);
    write(keptName, undefined);
    const server = await this.#discover();
    if (!kept || !server.end_session_endpoint) return location.reload();
    location.assign(
      addressOf(server.end_session_endpoint, {
        client_id: this.#client.client_id,
        post_logout_redirect_uri: this.#redirect,
        ...(kept.id === undefined ? {} : { id_token_hint: kept.id }),
      }),
    );
  }

  async #finish(): Promise<void> {
    const begun = read<Begun>(begunName);
    const told = new URL(location.href).searchParams;
    if (!begun || !told.has('state')) return;
    // A code is good once: neither a reload nor the history may send it again.
    write(begunName, undefined);
    history.replaceState(null, '', location.pathname + begun.search);
    const server = await this.#discover();
    const answer = oauth.validateAuthResponse(server, this.#client, told, begun.state);
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      this.#client,
      oauth.None(),
      answer,
      this.#redirect,
      begun.verifier,
      this.#options,
    );
    this.#keep(
      await oauth.processAuthorizationCodeResponse(server, this.#client, response, {
        expectedNonce: begun.nonce,
        requireIdToken: true,
      }),
    );
  }

  async #renew({ refresh, id }: Kept): Promise<string | undefined> {
    if (refresh === undefined) return void write(keptName, undefined);
    const server = await this.#discover();
    const response = await oauth.refreshTokenGrantRequest(server, this.#client, oauth.None(), refresh, this.#options);
    if (response.status >= 500 || response.status === 429)
      throw new Error(`the identity provider answered ${response.status}`);
    try {
      return this.#keep(await oauth.processRefreshTokenResponse(server, this.#client, response), refresh, id);
    } catch (error) {
      // What does not say so in the words of OAuth is the page of a proxy, or of a network that wants a login first.
      if (!(error instanceof oauth.ResponseBodyError)) throw error;
      // The session is over, or was ended for the person: they sign in again.
      return void write(keptName, undefined);
    }
  }

  #keep(said: oauth.TokenEndpointResponse, refresh?: string, id?: string): string {
    write(keptName, {
      access: said.access_token,
      refresh: said.refresh_token ?? refresh,
      id: said.id_token ?? id,
      endsAt: Date.now() + (said.expires_in ?? 60) * 1_000,
    } satisfies Kept);
    return said.access_token;
  }

  #discover(): Promise<oauth.AuthorizationServer> {
    this.#server ??= oauth
      .discoveryRequest(this.#issuer, this.#options)
      .then((response) => oauth.processDiscoveryResponse(this.#issuer, response));
    // What failed once is tried again the next time.
    this.#server.catch(() => {
      this.#server = undefined;
    });
    return this.#server;
  }

  /** Plain HTTP is for the sandbox's provider alone: the channel names no other such one in production. */
  get #options() {
    return {
      [oauth.allowInsecureRequests]: this.#issuer.protocol === 'http:',
      // Older browsers have no AbortSignal.timeout.
      signal: () => {
        const controller = new AbortController();
        setTimeout(() => controller.abort(), patienceMs);
        return controller.signal;
      },
    };
  }
}

function addressOf(endpoint: string | undefined, parameters: Readonly<Record<string, string>>): string {
  if (endpoint === undefined) throw new Error('the identity provider does not say where people sign in');
  const url = new URL(endpoint);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}
