import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { loadSettings, mergeSettings, type SettingSources } from './loadSettings.ts';
import { editDistance } from './misspelling.ts';
import { loadSecrets } from './secrets.ts';
import { withSettingsFile } from './withSettingsFile.ts';
import { platformSettings } from './settings.ts';
import { StartupError } from './startupError.ts';

const folder = mkdtempSync(join(tmpdir(), 'drburger-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

const schema = mergeSettings(platformSettings, [
  z.object({ KITCHEN_TIMEOUT_SECONDS: z.coerce.number().default(60) }),
  undefined,
]);
const known = new Set([...Object.keys(schema.shape), 'ORDERS_API_KEY', 'ORDERS_API_KEY_FILE']);
const load = ({ file: path, environment = {}, ...sources }: Partial<SettingSources> & { file?: string }) =>
  loadSettings(schema, { environment: withSettingsFile(environment, path, known), ...sources });
const file = (text: string): string => {
  const path = join(folder, '.env');
  writeFileSync(path, text);
  return path;
};

describe('settings', () => {
  it('have defaults', () => {
    expect(load({})).toMatchObject({
      PROFILE: 'development',
      PORT_BASE: 4000,
      BUS: 'postgres',
      KITCHEN_TIMEOUT_SECONDS: 60,
    });
  });

  it('come from flags before the environment before the file before defaults', () => {
    const sources = {
      defaults: { HOST: 'd', DATA_DIR: 'd', PORT_BASE: '1111' },
      file: file('DATA_DIR=f\nPORT_BASE=2222\n'),
      environment: { PORT_BASE: '3333' },
    };
    expect(load(sources)).toMatchObject({ HOST: 'd', DATA_DIR: 'f', PORT_BASE: 3333 });
    expect(load({ ...sources, flags: { PORT_BASE: '4444' } })).toMatchObject({ PORT_BASE: 4444 });
  });

  it.each([
    [
      { environment: { PORTBASE: '1' } },
      'PORTBASE in the environment looks like PORT_BASE misspelt: rename or unset it.',
    ],
    [
      { environment: { KITCHEN_TIMEOUT_SECOND: '1' } },
      'KITCHEN_TIMEOUT_SECOND in the environment looks like KITCHEN_TIMEOUT_SECONDS misspelt: rename or unset it.',
    ],
    [
      { environment: { port_base: '1' } },
      'port_base in the environment looks like PORT_BASE misspelt: rename or unset it.',
    ],
    [{ flags: { PORT_BSAE: '1' } }, 'The flag --port-bsae is unknown: did you mean --port-base?'],
    [{ flags: { QUICKLY: '1' } }, 'The flag --quickly is unknown: remove it; "start --help" lists all settings.'],
    [{ environment: { PORT_BASE: 'x' } }, 'PORT_BASE=x is wrong: it must be a number.'],
    [{ environment: { BUS: 'rabbit' } }, /^BUS=rabbit is wrong: it must be one of [^\n]+, [^\n]+\.$/],
  ])('that are wrong stop the start with one line: %j', (sources, message) => {
    expect(() => load(sources)).toThrow(message);
  });

  it('unknown in the file stop the start', () => {
    expect(() => load({ file: file('COLOUR=red') })).toThrow(/COLOUR in .* is no setting: remove it/);
    expect(() => load({ file: file('ORDER_API_KEY=hush') })).toThrow(
      /ORDER_API_KEY in .* is no setting: did you mean ORDERS_API_KEY\?/,
    );
  });

  it('that other services need may stand in the file, and so may secrets', () => {
    expect(() => load({ file: file('ORDERS_API_KEY=hush\nCOMPOSE_PROFILES=development\n') })).not.toThrow();
  });

  it('that are empty in the environment say nothing', () => {
    expect(load({ file: file('HOST=f'), environment: { HOST: '' } })).toMatchObject({ HOST: 'f' });
  });

  it('that are secret are refused as flags', () => {
    expect(() => loadSettings(z.object({ A_KEY: z.string() }), { environment: {}, flags: { A_KEY: 'hush' } })).toThrow(
      /^--a-key is a secret, (?!.*hush)/,
    );
  });

  it('missing without a default stop the start', () => {
    expect(() => loadSettings(z.object({ PROVIDER_URL: z.string() }), { environment: {} })).toThrow(
      'PROVIDER_URL is missing: set it in the environment or in .env.',
    );
  });

  it.each([
    [z.string().min(16), 'short', 'it must have at least 16 characters.'],
    [z.string().max(3), 'long', 'it may have at most 3 characters.'],
    [z.coerce.number().int(), '1.5', 'it must be a whole number.'],
    [z.coerce.number().min(1), '0', 'it must be at least 1.'],
    [z.coerce.number().positive(), '0', 'it must be more than 0.'],
    [z.coerce.number().max(8), '9', 'it must be at most 8.'],
    [z.url(), 'id.example.com', 'it must be an address such as https://host.example.com/path.'],
    [z.string().regex(/^k/, 'begin it with k'), 'x', 'begin it with k.'],
  ])('that are wrong are told what would be right', (schema, value, message) => {
    expect(() => loadSettings(z.object({ THIS_ONE: schema }), { environment: { THIS_ONE: value } })).toThrow(
      new StartupError(`THIS_ONE=${value} is wrong: ${message}`),
    );
  });

  it('are not shown where they are secret', () => {
    const secret = z.object({ PROVIDER_API_KEY: z.string().min(16), BUS_URL: z.string().regex(/db$/) });
    expect(() => loadSettings(secret, { environment: { PROVIDER_API_KEY: 'hush', BUS_URL: 'x/db' } })).toThrow(
      /^PROVIDER_API_KEY is wrong: (?!.*hush)/,
    );
    expect(() =>
      loadSettings(secret, {
        environment: { PROVIDER_API_KEY: 'h'.repeat(16), BUS_URL: 'postgres://me:hush@host/other' },
      }),
    ).toThrow('BUS_URL=postgres://me:…@host/other is wrong');
  });

  it('leave the rest of the environment alone', () => {
    expect(() =>
      load({ environment: { PATH: '/bin', BUN: '1', AWS_PROFILE: 'x', HOME: '/', HOSTNAME: 'h' } }),
    ).not.toThrow();
  });
});

describe('secrets', () => {
  const sources = { profile: 'development' as const, environment: {}, dataDir: folder, onMade: () => undefined };

  it('come from the file of settings as well, and from a file that it names', async () => {
    writeFileSync(join(folder, 'mounted'), 'from a file\n');
    const environment = withSettingsFile({}, file(`ORDERS_API_KEY=hush\n`), known);
    expect(
      await loadSecrets({ ORDERS_API_KEY: undefined }, { ...sources, profile: 'production', environment }),
    ).toEqual({ ORDERS_API_KEY: 'hush' });
    const mounted = withSettingsFile({}, file(`ORDERS_API_KEY_FILE=${join(folder, 'mounted')}\n`), known);
    expect(
      await loadSecrets({ ORDERS_API_KEY: undefined }, { ...sources, profile: 'production', environment: mounted }),
    ).toEqual({ ORDERS_API_KEY: 'from a file' });
  });

  it('are made, kept for their owner alone, and found again in development', async () => {
    const made: string[] = [];
    const first = await loadSecrets({ SOME_KEY: undefined }, { ...sources, onMade: (names) => made.push(...names) });
    expect(made).toEqual(['SOME_KEY']);
    expect(await loadSecrets({ SOME_KEY: undefined }, { ...sources, onMade: (names) => made.push(...names) })).toEqual(
      first,
    );
    expect(made).toHaveLength(1);
    const path = join(folder, 'secrets/SOME_KEY');
    expect(readFileSync(path, 'utf8')).toBe(first.SOME_KEY);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('stop the start when missing in production, even where development left some', async () => {
    await loadSecrets({ A_KEY: undefined }, sources);
    await expect(
      loadSecrets({ A_KEY: undefined, B_KEY: undefined }, { ...sources, profile: 'production' }),
    ).rejects.toThrow('Missing in the production profile: A_KEY, B_KEY.');
  });

  it('come from a mounted file', async () => {
    writeFileSync(join(folder, 'mounted'), 'value\n');
    expect(
      await loadSecrets(
        { C_KEY: undefined },
        { ...sources, profile: 'production', environment: { C_KEY_FILE: join(folder, 'mounted') } },
      ),
    ).toEqual({ C_KEY: 'value' });
  });
});

describe('edit distance', () => {
  it.each([
    ['PORT_BASE', 'PORT_BASE', 0],
    ['PORTBASE', 'PORT_BASE', 1],
    ['BSE', 'BES', 1],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
  ])('of %s and %s is %i', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
  });
});
