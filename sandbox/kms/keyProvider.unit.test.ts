import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadSecrets } from '#platform/config/secrets.ts';
import { createKeyring } from '#platform/pii/keyring.ts';
import { keyProviderOf } from '#platform/keys/awsKms.ts';
import { opened } from '#platform/keys/keyProvider.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { startKms, type KmsSandbox } from './kms.ts';

const account = { region: 'eu-central-1', accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'the secret' };
const folder = temporaryFolder('kms');
let kms: KmsSandbox;
let environment: Record<string, string>;
beforeAll(async () => {
  kms = await startKms({ port: 0, ...account, keyIds: ['alias/drburger', 'alias/other'] });
  const path = join(folder, 'credentials');
  writeFileSync(path, `${account.accessKeyId}:${account.secretAccessKey}\n`);
  environment = { KMS_URL: kms.url, KMS_REGION: account.region, KMS_CREDENTIALS_PATH: path };
});
afterAll(() => kms.close());

const seal = (name: string, secret: string, keyId = 'alias/drburger') =>
  keyProviderOf(environment, keyId).seal(name, secret);
const load = (given: Record<string, string>) =>
  loadSecrets(
    { PII_MASTER_KEYS: undefined },
    { profile: 'production', dataDir: folder, onMade: () => undefined, environment: { ...environment, ...given } },
  );
const [first, second] = ['a', 'b'].map((letter) => Buffer.alloc(32, letter).toString('base64')) as [string, string];

it('gives a service the master keys that the key service has sealed, from the environment and from a file', async () => {
  const sealed = await seal('PII_MASTER_KEYS', first);
  expect(sealed).toMatch(/^awskms:/);
  expect(sealed).not.toContain(first.slice(0, 8));
  expect(await load({ PII_MASTER_KEYS: sealed })).toEqual({ PII_MASTER_KEYS: first });
  const path = join(folder, 'keys');
  writeFileSync(path, `${sealed}\n`);
  expect(await load({ PII_MASTER_KEYS_FILE: path })).toEqual({ PII_MASTER_KEYS: first });
});

it('opens each of a list, so that a key is exchanged for a sealed one, and one of another key, as any other is', async () => {
  const owner = 'customer-1';
  const { key, wrapped } = createKeyring({ masterKeys: first, indexKey: first }).newDataKey(owner);
  const given = `${await seal('PII_MASTER_KEYS', second, 'alias/other')},${await seal('PII_MASTER_KEYS', first)},${first}`;
  const { PII_MASTER_KEYS: masterKeys } = await load({ PII_MASTER_KEYS: given });
  expect(masterKeys).toBe(`${second},${first},${first}`);
  const now = createKeyring({ masterKeys: masterKeys, indexKey: first });
  expect(now.unwrap(owner, wrapped)).toEqual(key);
  expect(createKeyring({ masterKeys: second, indexKey: first }).unwrap(owner, now.rewrap(owner, wrapped))).toEqual(key);
});

it('does not open what was sealed for another name, was changed, or is of nobody', async () => {
  const sealed = await seal('WEBHOOK_BODY_KEYS', first);
  await expect(load({ PII_MASTER_KEYS: sealed })).rejects.toThrow(
    /^PII_MASTER_KEYS could not be opened: the key service at .* answered 400 InvalidCiphertextException\.$/,
  );
  const right = await seal('PII_MASTER_KEYS', first);
  await expect(load({ PII_MASTER_KEYS: right.replace(/.{4}$/, 'AAAA') })).rejects.toThrow('InvalidCiphertext');
  await expect(load({ PII_MASTER_KEYS: right, KMS_REGION: 'us-east-1' })).rejects.toThrow('InvalidSignature');
  await expect(load({ PII_MASTER_KEYS: right, KMS_URL: '' })).rejects.toThrow('set KMS_URL');
});

it('signs with credentials that end, which have a session token', async () => {
  const sessionToken = 'FwoGZXIvYXdzE=';
  const ending = await startKms({ port: 0, ...account, sessionToken, keyIds: ['alias/drburger'] });
  const path = join(folder, 'ending');
  try {
    writeFileSync(path, `${account.accessKeyId}:${account.secretAccessKey}:${sessionToken}\n`);
    const provider = keyProviderOf(
      { ...environment, KMS_URL: ending.url, KMS_CREDENTIALS_PATH: path },
      'alias/drburger',
    );
    expect(await provider.open('SOME_KEY', await provider.seal('SOME_KEY', first))).toBe(first);
    await expect(load({ PII_MASTER_KEYS: await seal('PII_MASTER_KEYS', first), KMS_URL: ending.url })).rejects.toThrow(
      'UnrecognizedClient',
    );
  } finally {
    await ending.close();
  }
});

it('asks again when it is asked too often, and says in one line when nobody answers', async () => {
  const sealed = await seal('PII_MASTER_KEYS', first);
  kms.throttle(2);
  expect(await opened('PII_MASTER_KEYS', sealed, keyProviderOf(environment))).toBe(first);
  await expect(load({ PII_MASTER_KEYS: sealed, KMS_URL: 'http://127.0.0.1:1' })).rejects.toThrow(
    'the key service at http://127.0.0.1:1 does not answer',
  );
});

it('takes no answer without a secret for an empty one: by a proxy, cut off, or of another form', async () => {
  const sealed = await seal('PII_MASTER_KEYS', first);
  const answers: ((response: ServerResponse) => unknown)[] = [
    (response) => response.end('{}'),
    (response) => response.end('<html>Please wait</html>'),
    (response) => response.write('{"Plaintext":', () => response.destroy()),
    (response) => response.end('{"Plaintext":""}'),
  ];
  let asked = 0;
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
    answers[asked++]!(response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    const KMS_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await expect(load({ PII_MASTER_KEYS: sealed, KMS_URL })).rejects.toThrow(
      `PII_MASTER_KEYS could not be opened: the key service at ${KMS_URL} answered 200 without a text.`,
    );
    expect(asked).toBe(answers.length);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
