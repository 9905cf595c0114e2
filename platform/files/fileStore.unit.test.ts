import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsV4Signer } from 'aws4fetch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileStore } from './fileStore.ts';
import { folderStore } from './folderStore.ts';
import { s3Store } from './s3Store.ts';

const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'the secret' };
const folder = mkdtempSync(join(tmpdir(), 'file-store-'));
let server: Server;
let bucketUrl: string;
const objects = new Map<string, { body: Buffer; headers: Record<string, unknown> }>();
/** How many of the next requests the bucket answers with 503. */
let failing = 0;

/** Stands for S3: it checks each signature anew, as S3 does, and keeps objects in memory. */
beforeAll(async () => {
  server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks);
      if (failing-- > 0) return response.writeHead(503).end();
      const said = new Headers(request.headers as Record<string, string>);
      const names = (/SignedHeaders=([^,]+)/.exec(said.get('authorization') ?? '')?.[1] ?? '')
        .split(';')
        .filter((name) => name !== 'host' && name !== 'x-amz-date');
      const signed = await new AwsV4Signer({
        ...keys,
        service: 's3',
        region: 'eu-central-1',
        method: request.method ?? '',
        url: `http://${request.headers.host}${request.url}`,
        datetime: said.get('x-amz-date') ?? '',
        headers: Object.fromEntries(names.map((name) => [name, said.get(name) ?? ''])),
      }).sign();
      if (signed.headers.get('authorization') !== said.get('authorization')) return response.writeHead(403).end();
      const path = request.url ?? '';
      if (request.method === 'PUT') {
        objects.set(path, { body, headers: request.headers });
        return response.writeHead(200).end();
      }
      const found = objects.get(path);
      return found ? response.writeHead(200).end(found.body) : response.writeHead(404).end('<Error/>');
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  bucketUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/pictures`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const s3 = (over: Partial<typeof keys> = {}) => s3Store({ bucketUrl, region: 'eu-central-1', ...keys, ...over });
const stores: readonly (readonly [string, () => FileStore])[] = [
  ['a folder', () => folderStore(folder)],
  ['a bucket of S3', () => s3()],
];

describe.each(stores)('%s', (_, open) => {
  it('returns what was put, also when it was put twice or by many at once, and nothing for what was not', async () => {
    const store = open();
    const file = { bytes: Buffer.from([0, 1, 2, 255]), type: 'image/webp' };
    await Promise.all(Array.from({ length: 5 }, () => store.put('menu/0a-480.webp', file)));
    const found = await open().get('menu/0a-480.webp');
    expect([Buffer.from(found!.bytes), found!.type]).toEqual([file.bytes, 'image/webp']);
    expect(await store.get('menu/0b-480.webp')).toBeUndefined();
    expect(await store.get('menu')).toBeUndefined();
  });

  it.each(['../secret.webp', 'menu/../../secret.webp', '/etc/passwd', 'menu/a.svg', 'menu//a.webp', 'a%2f.webp', ''])(
    'has nothing at %j and puts nothing there',
    async (path) => {
      expect(await open().get(path)).toBeUndefined();
      await expect(open().put(path, { bytes: Buffer.from('x'), type: 'image/webp' })).rejects.toThrow('not a path');
    },
  );
});

it('a folder has no unfinished files left', () => {
  expect(readdirSync(join(folder, 'menu'))).toEqual(['0a-480.webp']);
});

describe('a bucket of S3', () => {
  it('is told to let files be cached for ever, and is asked again after a fault that passes', async () => {
    failing = 2;
    await s3().put('menu/1-160.webp', { bytes: Buffer.from('x'), type: 'image/webp' });
    expect(objects.get('/pictures/menu/1-160.webp')!.headers).toMatchObject({
      'content-type': 'image/webp',
      'cache-control': 'public, max-age=31536000, immutable',
    });
  });

  it('that refuses the signature, or goes on failing, is an error', async () => {
    const file = { bytes: Buffer.from('x'), type: 'image/webp' };
    await expect(s3({ secretAccessKey: 'another' }).put('menu/2-160.webp', file)).rejects.toThrow('answered 403');
    failing = 3;
    await expect(s3().get('menu/1-160.webp')).rejects.toThrow('answered 503');
    failing = 0;
  });
});
