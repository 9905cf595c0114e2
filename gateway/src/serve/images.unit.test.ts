import { afterAll, beforeAll, expect, it } from 'vitest';
import { fixture } from '../testkit/fixtureGraph.ts';
import { serveFixture, type ServedChannel } from '../testkit/servedChannel.ts';

const path = 'menu/0123456789abcdef-480.webp';
const bytes = Buffer.from('RIFF....WEBP');
const asked: string[] = [];
let served: ServedChannel;
let plain: ServedChannel;

beforeAll(async () => {
  const files = {
    put: () => Promise.reject(new Error('a channel stores nothing')),
    get(wanted: string) {
      asked.push(wanted);
      return Promise.resolve(wanted === path ? { bytes, type: 'image/webp' } : undefined);
    },
  };
  [served, plain] = await Promise.all([
    serveFixture(await fixture(), { manifest: { name: 'web', images: true }, profile: 'production', files }),
    serveFixture(await fixture(), { manifest: { name: 'kiosk' }, profile: 'production', files }),
  ]);
});
afterAll(() => Promise.all([served.close(), plain.close()]));

const ask = (of: string, init?: RequestInit) => fetch(`http://127.0.0.1:${served.port}/images/${of}`, init);

it('serves a stored picture to anybody, to be kept for ever, and says 304 to who has it', async () => {
  const response = await ask(path);
  expect([response.status, Buffer.from(await response.arrayBuffer())]).toEqual([200, bytes]);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'image/webp',
    'cache-control': 'public, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'cross-origin',
  });
  const etag = response.headers.get('etag')!;
  expect((await ask(path, { headers: { 'if-none-match': etag } })).status).toBe(304);
  expect(await (await ask(path, { method: 'HEAD' })).text()).toBe('');
});

it('serves nothing else, and never remembers that something is not there', async () => {
  asked.length = 0;
  for (const of of ['menu/none-480.webp', '..%2f..%2fetc%2fpasswd', 'menu/a.svg', 'menu/', '']) {
    const response = await ask(of);
    expect([of, response.status, response.headers.get('cache-control')]).toEqual([of, 404, 'no-store']);
  }
  expect(asked).toEqual(['menu/none-480.webp']);
  expect((await ask(path, { method: 'POST', body: 'x' })).status).toBe(405);
  expect((await fetch(`http://127.0.0.1:${plain.port}/images/${path}`)).status).toBe(404);
});
