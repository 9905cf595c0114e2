import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JWK } from 'jose';
import type { Configuration } from 'oidc-provider';
import { Provider } from 'oidc-provider/lib/provider.js';
import { identityClients } from '#schema/identityClients.ts';
import { consentPage, loginPage, logoutPage, messagePage, peoplePage } from './pages.ts';
import { keptInMemory } from './keptInMemory.ts';
import { people } from './people.ts';

export interface IdentityProviderOptions {
  readonly host?: string;
  /** 0 for a free one. */
  readonly port: number;
  /** The private ES256 key that signs its tokens. */
  readonly key: JWK;
  /** `aud` of the access tokens. */
  readonly audience: string;
  /**
   * Where the pages of a channel are that are served over TLS. Without it they are on this machine without TLS, on any
   * port.
   */
  readonly pageOrigins?: ((channel: string) => readonly string[]) | undefined;
  /** How long an access token is good; 10 minutes by default. */
  readonly accessTokenSeconds?: number;
}

export interface IdentityProvider {
  /** `iss` of its tokens, under which its addresses are found by OpenID Connect Discovery. */
  readonly issuer: string;
  close(): Promise<void>;
}

const hours = 3_600;
/** All access tokens are for the channels, whichever of them a client calls. */
const resource = 'urn:drburger:channels';
const loginPath = /^\/interaction\/[\w-]+$/;
/** A form of ours is much shorter. */
const longestForm = 4_096;

/**
 * An OpenID provider for development and tests, which knows the people of the seed and asks them for no password:
 * authorization code with PKCE, login and consent, refresh tokens that change with each use, and logout. Its access
 * tokens are like those of the provider in production: RFC 9068, with the claims `roles` and `bindings`.
 */
export async function startIdentityProvider(options: IdentityProviderOptions): Promise<IdentityProvider> {
  const { host = '127.0.0.1' } = options;
  let answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) =>
    void response.writeHead(503).end();
  const server = createServer((request, response) => answer(request, response));
  server.listen(options.port, host);
  await once(server, 'listening');
  // Its own address is part of all that it says, and is known only now.
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, configurationOf(options));
  const protocol = provider.callback();
  answer = (request, response) => {
    // A page that shows this one in a frame could have people press `Allow` without seeing it.
    response.setHeader('content-security-policy', "frame-ancestors 'none'");
    response.setHeader('x-content-type-options', 'nosniff');
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    if (path === '/') return send(response, 200, peoplePage(issuer, people));
    if (!loginPath.test(path)) return void protocol(request, response);
    interact(provider, request, response).catch((error: Error) =>
      send(
        response,
        400,
        messagePage('This sign-in is over', `Go back to the app and begin again (${error.message}).`),
      ),
    );
  };
  return {
    issuer,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((closed) => server.close(() => closed()));
    },
  };
}

function configurationOf({
  key,
  audience,
  pageOrigins,
  accessTokenSeconds = 600,
}: IdentityProviderOptions): Configuration {
  const bySubject = new Map(people.map((person) => [person.subject, person]));
  return {
    adapter: keptInMemory(),
    jwks: { keys: [{ ...key, alg: 'ES256', use: 'sig' }] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    clients: identityClients.map(({ id, channel, pages, apps }) => {
      const overTls = pages.length > 0 ? pageOrigins?.(channel) : undefined;
      const origins = overTls ?? ['http://localhost', 'http://127.0.0.1'];
      const addresses = [...apps, ...pages.flatMap((path) => origins.map((origin) => `${origin}${path}`))];
      return {
        client_id: id,
        // So that a loopback address is good on any port (RFC 8252, 7.3), which it is without TLS alone.
        application_type: overTls ? ('web' as const) : ('native' as const),
        token_endpoint_auth_method: 'none' as const,
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code' as const],
        redirect_uris: addresses,
        post_logout_redirect_uris: addresses,
        id_token_signed_response_alg: 'ES256' as const,
      };
    }),
    responseTypes: ['code'],
    scopes: ['openid', 'profile', 'offline_access'],
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'] },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    pkce: { required: () => true },
    // Pages call the token endpoint from their own origin, which is on this machine.
    clientBasedCORS: (_context, origin) => /^https?:\/\/(?:localhost|127\.0\.0\.1)(?::\d+)?$/.test(origin),
    issueRefreshToken: (_context, client) => Promise.resolve(client.grantTypeAllowed('refresh_token')),
    rotateRefreshToken: true,
    ttl: {
      AccessToken: accessTokenSeconds,
      AuthorizationCode: 60,
      Grant: 14 * 24 * hours,
      IdToken: hours,
      Interaction: hours,
      RefreshToken: 14 * 24 * hours,
      Session: 14 * 24 * hours,
    },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: '',
          audience,
          accessTokenFormat: 'jwt',
          accessTokenTTL: accessTokenSeconds,
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (context, form) => void (context.body = logoutPage(form)),
        postLogoutSuccessSource: (context) => void (context.body = messagePage('Signed out', 'You have signed out.')),
      },
    },
    renderError: (context, { error, error_description: description }) =>
      void (context.body = messagePage('Signing in failed', [error, description].filter(Boolean).join(': '))),
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    findAccount(_context, subject) {
      const person = bySubject.get(subject);
      return (
        person && {
          accountId: subject,
          claims: () => ({ sub: subject, name: person.name, preferred_username: person.login }),
        }
      );
    },
    extraTokenClaims(_context, token) {
      const person = 'accountId' in token ? bySubject.get(token.accountId) : undefined;
      return person && { roles: person.roles, bindings: person.bindings };
    },
  };
}

/** One step of a person's sign-in: asks who they are, or whether the client may act for them. */
async function interact(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  const isAnswer = request.method === 'POST';
  const form = isAnswer ? await formOf(request) : new URLSearchParams();
  if (prompt.name === 'login') {
    const login = form.get('login')?.trim();
    const person = people.find((each) => each.login === login);
    if (!person)
      return send(response, 200, loginPage(people, isAnswer ? `Nobody here is called "${login ?? ''}".` : undefined));
    return provider.interactionFinished(request, response, { login: { accountId: person.subject } });
  }
  const { missingOIDCScope = [], missingOIDCClaims = [] } = prompt.details as {
    missingOIDCScope?: string[];
    missingOIDCClaims?: string[];
  };
  const clientId = String(params['client_id']);
  if (!isAnswer) {
    const person = people.find(({ subject }) => subject === session?.accountId);
    const told = missingOIDCScope.filter((scope) => scope !== 'openid');
    return send(response, 200, consentPage(clientId, person?.name ?? 'you', told));
  }
  if (form.get('answer') !== 'allow')
    return provider.interactionFinished(request, response, {
      error: 'access_denied',
      error_description: 'the person refused',
    });
  const grant =
    (grantId === undefined ? undefined : await provider.Grant.find(grantId)) ??
    new provider.Grant({ accountId: session?.accountId, clientId });
  grant.addOIDCScope(missingOIDCScope.join(' '));
  grant.addOIDCClaims(missingOIDCClaims);
  const consent = { grantId: await grant.save() };
  return provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
}

async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > longestForm) throw new Error('the form is too long');
  }
  return new URLSearchParams(text);
}

const send = (response: ServerResponse, status: number, html: string): void =>
  void response
    .writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
    .end(html);
