import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { anonymous, servicePrincipal } from '#platform/identity/principal.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { scopesOfRole, type Role } from '#schema/scopes.ts';
import { makeProductionSecrets, publicKeysOf, rotated } from './makeSecrets.ts';
import { openEnvironment } from './openEnvironment.ts';
import { identityOf, serviceIdentityOf } from './secrets.ts';
import { settingCatalogue } from './settingCatalogue.ts';

const optionsWith = (environment: Record<string, string | undefined>) => ({
  settings: { PROFILE: 'production', DATA_DIR: '/nowhere' } as const,
  environment,
  onMade: () => undefined,
});

describe('keys:make', () => {
  it('makes every secret that production needs, but for those that others give', async () => {
    const made = await makeProductionSecrets();
    const needed = (await settingCatalogue())
      .filter(({ secret, production }) => secret && production === 'required')
      .map(({ name }) => name);
    expect([...Object.keys(made), 'PAYMENT_PROVIDER_API_KEY', 'SMTP_PASSWORD'].sort()).toEqual(needed.sort());
    expect(made['SERVICE_JWKS']).not.toContain('"d"');
  });

  it('makes what is missing alone: no second value for a secret that is in use', async () => {
    const first = await makeProductionSecrets({ POSTGRES_PASSWORD: 'of our own server' });
    expect(first).not.toHaveProperty('POSTGRES_PASSWORD');
    const rotating = { ...first, ...(await rotated(first, 'orders')), POSTGRES_PASSWORD: 'of our own server' };
    expect(await makeProductionSecrets(rotating)).toEqual({});
    const { LOYALTY_SIGNING_KEY: _gone, PII_INDEX_KEY: _too, ...older } = rotating as Record<string, string>;
    const added = await makeProductionSecrets(older);
    expect(Object.keys(added).sort()).toEqual(['LOYALTY_SIGNING_KEY', 'PII_INDEX_KEY', 'SERVICE_JWKS']);
    const keySets = JSON.parse(added['SERVICE_JWKS']!) as Record<string, { x: string }[]>;
    expect(keySets['orders']).toHaveLength(2);
    expect(keySets['loyalty']).toMatchObject([{ x: (JSON.parse(added['LOYALTY_SIGNING_KEY']!) as { x: string }).x }]);
  });

  it('makes none for a secret that stands in a file of its own', async () => {
    const folder = temporaryFolder('secrets');
    writeFileSync(join(folder, 'master'), `${Buffer.alloc(32, 'a').toString('base64')}\n`);
    const mounted = await openEnvironment({ PII_MASTER_KEYS_FILE: join(folder, 'master') }, join(folder, '.env'));
    const made = await makeProductionSecrets(mounted);
    expect(made).not.toHaveProperty('PII_MASTER_KEYS');
    expect(made).toHaveProperty('PII_INDEX_KEY');
    await expect(openEnvironment({ PII_INDEX_KEY_FILE: join(folder, 'none') }, '')).rejects.toThrow('does not exist');
  });

  it('makes keys under which services believe each other, before, during and after a rotation', async () => {
    const first = await makeProductionSecrets();
    const news = await rotated(first, 'orders');
    const during = { ...first, SERVICE_JWKS: news['SERVICE_JWKS'] };
    const after = { ...first, ...news };
    const settled = { ...after, ...publicKeysOf(after) };
    const believes = async (
      receiver: Record<string, string | undefined>,
      sender: Record<string, string | undefined>,
    ) => {
      const [payments, orders] = await Promise.all([
        serviceIdentityOf(optionsWith(receiver), 'payments'),
        serviceIdentityOf(optionsWith(sender), 'orders'),
      ]);
      return payments
        .verifyInternalToken(await orders.mintInternalToken(servicePrincipal('orders'), 'payments'), 'payments')
        .then(
          ({ subject }) => subject,
          () => undefined,
        );
    };
    expect(
      await Promise.all([
        believes(first, first),
        believes(during, first),
        believes(during, after),
        believes(settled, after),
      ]),
    ).toEqual(Array(4).fill('orders'));
    expect(await believes(settled, first)).toBeUndefined();
    await expect(rotated(first, 'order')).rejects.toThrow('there is no service order: stores, ');
  });
});

describe('in production a service', () => {
  it('asks for its own key and the public ones, and for the identity provider, in one line', async () => {
    await expect(serviceIdentityOf(optionsWith({}), 'orders')).rejects.toThrow(
      'Missing in the production profile: ORDERS_SIGNING_KEY, SERVICE_JWKS.',
    );
    await expect(
      serviceIdentityOf(optionsWith({ ORDERS_SIGNING_KEY: 'hush', SERVICE_JWKS: '{}' }), 'orders'),
    ).rejects.toThrow(/^ORDERS_SIGNING_KEY is not JSON(?!.*hush)/);
    const keys = await makeProductionSecrets();
    const edge = (settings: object) =>
      identityOf(
        { ...optionsWith({}).settings, ...settings } as Parameters<typeof identityOf>[0],
        optionsWith(keys),
        ['gateway'],
        pino({ level: 'silent' }),
      );
    await expect(edge({})).rejects.toThrow(
      'Missing in the production profile: CLIENT_ISSUER, CLIENT_AUDIENCE, CLIENT_JWKS_URL. They say which identity provider issues clients’ tokens.',
    );
    await expect(edge({ CLIENT_AUDIENCE: 'a', CLIENT_JWKS_URL: 'https://id.example/jwks' })).rejects.toThrow(
      'production profile: CLIENT_ISSUER.',
    );
  });

  it('believes a channel about its own clients, in the roles of its manifest', async () => {
    const keys = await makeProductionSecrets();
    const options = optionsWith(keys);
    const payments = await serviceIdentityOf(options, 'payments');
    const believes = async (service: string, channel: string, role: Role): Promise<boolean> => {
      const edge = await serviceIdentityOf(options, service);
      const grants = [{ role, scopes: new Set(scopesOfRole(role)), bindings: {} }];
      const principal = role === 'anonymous' ? anonymous(channel, scopesOfRole(role)) : undefined;
      const token = await edge.mintInternalToken(
        principal ?? { kind: 'user', subject: 'someone', grants, channel },
        'payments',
      );
      return payments.verifyInternalToken(token, 'payments').then(
        () => true,
        () => false,
      );
    };
    const asked: [service: string, channel: string, role: Role, is: boolean][] = [
      ['channel-web', 'web', 'customer', true],
      ['channel-web', 'web', 'anonymous', true],
      ['channel-web', 'web', 'admin', false],
      ['channel-web', 'staff', 'customer', false],
      ['channel-kiosk', 'kiosk', 'kiosk', true],
      ['channel-kiosk', 'kiosk', 'manager', false],
      ['channel-kiosk', 'kiosk', 'anonymous', false],
      ['channel-staff', 'staff', 'admin', true],
      ['gateway', 'gateway', 'admin', true],
      ['gateway', 'gateway', 'customer', false],
      ['orders', 'web', 'customer', false],
    ];
    for (const [service, channel, role, is] of asked)
      expect(await believes(service, channel, role), `${service}, ${channel}, ${role}`).toBe(is);
  });
});
