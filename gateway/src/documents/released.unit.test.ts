import { expect, test } from 'vitest';
import { fixture } from '../testkit/fixtureGraph.ts';
import { serveFixture } from '../testkit/servedChannel.ts';
import type { Release } from './release.ts';
import { documentId } from './trustedDocuments.ts';

const old = 'query Shops {\n  shops {\n    id\n  }\n}';
const ask = { documentId: documentId(old) };
const release = (version: string, more: Partial<Release>): Release => ({
  client: 'app',
  version,
  status: 'active',
  published: '2026-01-01T00:00:00Z',
  documents: [{ id: documentId(old), name: 'Shops', text: old }],
  ...more,
});
const retired = (sunset: string): Partial<Release> => ({
  status: 'retired',
  retired: '2026-02-01T00:00:00Z',
  sunset,
  successor: 'app@2.0.0',
});

async function served(...releases: Release[]) {
  const channel = await serveFixture(await fixture(), {
    profile: 'production',
    operations: { shops: 'query Shops { shops { id name } }' },
    releases,
  });
  const answer = await channel.post(ask);
  await channel.close();
  return answer;
}

test('a release that is active has its documents executed beside the channel’s own of the same name', async () => {
  const { status, body, headers } = await served(release('1.0.0', {}));
  expect([status, body.data]).toEqual([200, { shops: [{ id: '1' }, { id: '2' }] }]);
  expect(headers.get('deprecation')).toBeNull();
});

test('a release that is pending has not', async () => {
  const { status, body } = await served(release('1.0.0', { status: 'pending' }));
  expect([status, body.errors?.[0]?.extensions.code]).toEqual([404, 'DOCUMENT_NOT_FOUND']);
});

test('a retired release is executed until its sunset, and says so', async () => {
  const { status, headers } = await served(release('1.0.0', retired('2099-01-01T00:00:00Z')));
  expect(status).toBe(200);
  expect(headers.get('deprecation')).toBe('@1769904000');
  expect(headers.get('sunset')).toBe('Thu, 01 Jan 2099 00:00:00 GMT');
});

test('after its sunset it is refused with the successor', async () => {
  const { status, body } = await served(release('1.0.0', retired('2026-03-01T00:00:00Z')));
  expect(status).toBe(410);
  expect(body.errors).toEqual([
    {
      message: 'Shops of app@1.0.0 is retired since 2026-03-01T00:00:00.000Z. Move to app@2.0.0.',
      extensions: { code: 'DOCUMENT_RETIRED', sunset: '2026-03-01T00:00:00.000Z', successor: 'app@2.0.0' },
    },
  ]);
});

test('a document of several releases ends with the last of them', async () => {
  const { status, headers } = await served(
    release('1.0.0', retired('2026-03-01T00:00:00Z')),
    release('1.1.0', {}),
    release('1.2.0', retired('2026-04-01T00:00:00Z')),
  );
  expect([status, headers.get('sunset')]).toEqual([200, null]);
});
