import { generateKeyPair, SignJWT } from 'jose';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PersonSignIn } from './personSignIn.ts';

const issuer = 'https://id.example.com';
const page = 'https://staff.example.com/office';
const { privateKey } = await generateKeyPair('ES256');
/** By the provider's clock, in seconds. */
const now = 1_800_000_000;
let nonce = '';
let issued = 0;

/** What the token endpoint answers instead, once. */
let instead: Response | undefined;

const answers: Readonly<Record<string, () => Promise<object>>> = {
  '/.well-known/openid-configuration': () =>
    Promise.resolve({
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      id_token_signing_alg_values_supported: ['ES256'],
    }),
  '/token': async () => ({
    access_token: `access-${(issued += 1)}`,
    token_type: 'Bearer',
    expires_in: 60,
    refresh_token: `refresh-${issued}`,
    id_token: await new SignJWT({ nonce })
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer(issuer)
      .setAudience('office')
      .setSubject('someone')
      .setIssuedAt(now)
      .setExpirationTime(now + 300)
      .sign(privateKey),
  }),
};

beforeEach(() => {
  issued = 0;
  instead = undefined;
  const kept = new Map<string, string>();
  const { origin, pathname } = new URL(page);
  vi.stubGlobal('sessionStorage', {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  });
  vi.stubGlobal('history', { replaceState: () => undefined });
  vi.stubGlobal('location', { origin, pathname, search: '', href: page, assign: vi.fn<(url: string) => void>() });
  vi.stubGlobal('fetch', async (url: string | URL) => {
    const given = instead;
    instead = undefined;
    return given ?? Response.json(await answers[new URL(url).pathname]!());
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** The provider sends the browser back, and the page loads anew. */
async function signedIn(from = issuer): Promise<PersonSignIn> {
  await new PersonSignIn(issuer, 'office').begin();
  const asked = new URL(vi.mocked(location.assign).mock.calls[0]![0] as string).searchParams;
  nonce = asked.get('nonce') ?? '';
  const told = new URLSearchParams({ code: 'code', state: asked.get('state') ?? '', iss: from });
  location.href = `${page}?${told.toString()}`;
  return new PersonSignIn(issuer, 'office');
}

it.each([
  ['right', 0],
  ['an hour ahead', 3_600],
  ['an hour behind', -3_600],
])('a person signs in, and stays so, on a computer whose clock is %s', async (_what, ahead) => {
  vi.useFakeTimers({ toFake: ['Date'], now: (now + ahead) * 1_000 });
  const person = await signedIn();
  expect(await person.token()).toBe('access-1');
  vi.setSystemTime((now + ahead + 50) * 1_000);
  expect(await person.token()).toBe('access-2');
});

it.each([
  ['the page of a network that wants a login first', () => new Response('<html>Log in</html>', { status: 200 })],
  ['a page of a proxy', () => new Response('<html>Forbidden</html>', { status: 403 })],
  ['a provider that starts', () => new Response('', { status: 404 })],
  ['a provider that is down', () => new Response('', { status: 503 })],
])('a person stays signed in when %s answers in the place of the provider', async (_what, answer) => {
  vi.useFakeTimers({ toFake: ['Date'], now: now * 1_000 });
  const person = await signedIn();
  expect(await person.token()).toBe('access-1');
  instead = answer();
  await expect(person.token(true)).rejects.toThrow();
  expect(await person.token(true)).toBe('access-2');
});

it('a person whose session the provider has ended signs in again', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: now * 1_000 });
  const person = await signedIn();
  expect(await person.token()).toBe('access-1');
  instead = Response.json({ error: 'invalid_grant' }, { status: 400 });
  expect(await person.token(true)).toBeUndefined();
  expect(await person.token()).toBeUndefined();
});

it('a token for another sign-in is not taken', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: now * 1_000 });
  const warned = vi.spyOn(console, 'warn').mockReturnValue(undefined);
  const person = await signedIn();
  nonce = 'of somebody else';
  expect(await person.token()).toBeUndefined();
  expect(warned).toHaveBeenCalledWith(expect.stringContaining('signing in failed'));
  warned.mockRestore();
});

it('an answer in the name of another provider is not taken', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: now * 1_000 });
  const warned = vi.spyOn(console, 'warn').mockReturnValue(undefined);
  const person = await signedIn('https://other.example.com');
  expect(await person.token()).toBeUndefined();
  expect(issued).toBe(0);
  warned.mockRestore();
});
