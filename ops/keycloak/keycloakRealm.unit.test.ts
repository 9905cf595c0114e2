import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { clientClaims } from '#platform/identity/claims.ts';
import { developmentAudience } from '#platform/identity/developmentIssuer.ts';
import { people } from '#sandbox/identityProvider/people.ts';
import { channels } from '#schema/channels.ts';
import { identityClients } from '#schema/identityClients.ts';
import { isNamedById, roleScopes, storeRoles } from '#schema/scopes.ts';

interface Mapper {
  readonly protocolMapper: string;
  readonly config: Readonly<Record<string, string>>;
}
interface Realm {
  readonly roles: { readonly realm: readonly { readonly name: string }[] };
  readonly clients: readonly {
    readonly clientId: string;
    readonly redirectUris: readonly string[];
    readonly attributes: Readonly<Record<string, string>>;
    readonly protocolMappers: readonly Mapper[];
    readonly [setting: string]: unknown;
  }[];
  readonly users: readonly {
    readonly id?: string;
    readonly username: string;
    readonly realmRoles: readonly string[];
    readonly attributes: Readonly<Record<string, readonly string[]>>;
  }[];
  readonly components: Readonly<Record<string, readonly { readonly config: Readonly<Record<string, string[]>> }[]>>;
}

const text = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');
const realm = JSON.parse(text('drburger-realm.json')) as Realm;
/** Anybody is anonymous, and kiosks are enrolled devices, which have no account. */
const withoutAccount = ['anonymous', 'kiosk'];
const rolesOfPeople = Object.keys(roleScopes).filter((role) => !withoutAccount.includes(role));

/** The claims that the mappers of a client make of a user, as Keycloak does: a dot in a name leads into an object. */
function claimsOf(mappers: readonly Mapper[], user: Realm['users'][number]): Record<string, unknown> {
  const claims: Record<string, unknown> = { sub: user.id ?? 'b7b2…', iat: 1, exp: 2 };
  for (const { protocolMapper, config } of mappers) {
    if (config['access.token.claim'] !== 'true') continue;
    const value = {
      'oidc-audience-mapper': config['included.custom.audience'],
      'oidc-usermodel-realm-role-mapper': user.realmRoles,
      'oidc-usermodel-attribute-mapper': user.attributes[config['user.attribute'] ?? '']?.[0],
    }[protocolMapper];
    if (value === undefined) continue;
    const path = protocolMapper === 'oidc-audience-mapper' ? ['aud'] : (config['claim.name'] ?? '').split('.');
    let at = claims;
    for (const step of path.slice(0, -1)) at = (at[step] ??= {}) as Record<string, unknown>;
    at[path.at(-1)!] = value;
  }
  return claims;
}

it('has a role for each in which people work, and no other', () => {
  expect(realm.roles.realm.map(({ name }) => name).sort()).toEqual([...rolesOfPeople].sort());
});

it('has the clients of the channels, each public, with PKCE and the code flow alone', () => {
  expect(realm.clients.map(({ clientId }) => clientId)).toEqual(identityClients.map(({ id }) => id));
  for (const [at, client] of realm.clients.entries()) {
    const { channel, pages, apps } = identityClients[at]!;
    const port = 4000 + channels.find(({ name }) => name === channel)!.port;
    expect(client.redirectUris).toEqual([...apps, ...pages.map((page) => `http://localhost:${port}${page}`)]);
    expect(client).toMatchObject({
      publicClient: true,
      standardFlowEnabled: true,
      implicitFlowEnabled: false,
      directAccessGrantsEnabled: false,
      serviceAccountsEnabled: false,
      attributes: {
        'pkce.code.challenge.method': 'S256',
        'access.token.header.type.rfc9068': 'true',
        'access.token.signed.response.alg': 'ES256',
      },
    });
  }
});

it('gives the people of the sandbox the same tokens as the sandbox does, by every client', () => {
  expect(realm.users.map(({ username }) => username)).toEqual(people.map(({ login }) => login));
  for (const { protocolMappers } of realm.clients)
    for (const [at, user] of realm.users.entries()) {
      const { subject, roles, bindings } = people[at]!;
      const claims = claimsOf(protocolMappers, user);
      expect(claims['aud']).toBe(developmentAudience);
      expect({ bindings: {}, ...claims }).toMatchObject({ roles, bindings });
      expect(clientClaims.safeParse(claims).success || user.id === undefined).toBe(true);
      if (roles.some(isNamedById)) expect(claims['sub']).toBe(subject);
    }
});

it('can bind each role that works at a store, and lets nobody change their own', () => {
  const attributes = realm.clients[0]!.protocolMappers.flatMap(({ config }) => config['user.attribute'] ?? []);
  for (const role of storeRoles.filter((each) => !withoutAccount.includes(each)))
    expect(attributes).toContain(`${role}_store`);
  const [profile] = realm.components['org.keycloak.userprofile.UserProfileProvider']!;
  const { unmanagedAttributePolicy, attributes: managed } = JSON.parse(
    profile!.config['kc.user.profile.config']![0]!,
  ) as { unmanagedAttributePolicy: string; attributes: { name: string }[] };
  expect(unmanagedAttributePolicy).toBe('ADMIN_EDIT');
  expect(managed.map(({ name }) => name).filter((name) => attributes.includes(name))).toEqual([]);
});

it('is what the settings beside it name', () => {
  const settings = text('compose.env');
  expect(settings).toContain(`CLIENT_AUDIENCE=${developmentAudience}\n`);
  expect(settings).toMatch(/CLIENT_ISSUER=http:\/\/localhost:4049\/realms\/drburger\n/);
  for (const { id, channel } of identityClients.filter(({ pages }) => pages.length > 0))
    expect(settings).toContain(`${channel.toUpperCase()}_SIGN_IN_CLIENT_ID=${id}\n`);
});
