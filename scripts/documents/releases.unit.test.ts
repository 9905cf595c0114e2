import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { treeOf } from '#schema/check/against/tree.ts';
import { documentsOf } from '#schema/check/documents/liveDocument.ts';
import { activate, listed, publish, retire } from './releases.ts';

const root = mkdtempSync(join(tmpdir(), 'releases-'));
const ref = (version: string) => ({ channel: 'kiosk', client: `kiosk-app@${version}`, root });
const manifest = (content: string, name = 'manifest.json'): string => {
  const file = join(root, name);
  writeFileSync(file, content);
  return file;
};
const text = 'query Names { kiosk { store { id name } } }';

beforeAll(async () => {
  await publish({ ...ref('1.0.0'), manifest: manifest(JSON.stringify({ 'md5-of-relay': text })) }, new Date(0));
  await publish({ ...ref('1.1.0'), manifest: manifest(`# Who it is.\n${text}`, 'names.graphql') }, new Date(0));
});

test('what a build sends is recorded as pending, activated, and retired', () => {
  expect(listed(['kiosk'], root)).toBe(
    'kiosk  kiosk-app@1.0.0  pending  1 documents\nkiosk  kiosk-app@1.1.0  pending  1 documents',
  );
  expect(() => retire({ ...ref('1.0.0'), sunset: '2026-06-01T00:00:00Z' })).toThrow('is pending: nobody sends it');
  activate(ref('1.0.0'));
  const ending = { ...ref('1.0.0'), sunset: '2026-06-01T00:00:00Z' };
  expect(() => retire({ ...ending, successor: 'kiosk-app@9.9.9' })).toThrow('there is no release kiosk-app@9.9.9');
  expect(() => retire({ ...ending, sunset: 'soon' })).toThrow('"soon" is no instant');
  retire({ ...ending, successor: 'kiosk-app@1.1.0' });
  const at = (day: string) => listed(['kiosk'], root, new Date(day)).split('\n')[0];
  expect(at('2026-05-31')).toBe(
    'kiosk  kiosk-app@1.0.0  retired  1 documents  until 2026-06-01T00:00:00.000Z, then kiosk-app@1.1.0',
  );
  expect(at('2026-06-02')).toContain('  ended  ');
});

test('a release never changes', async () => {
  await expect(publish({ ...ref('1.0.0') })).rejects.toThrow('exists already: a release never changes');
});

test.each([
  ['a name without a version', { client: 'kiosk-app', manifest: '{}' }, 'is no name of a release'],
  ['a way out of the folder', { client: '../x@1', manifest: '{}' }, 'is no name of a release'],
  ['no JSON', { client: 'app@1', manifest: '{' }, 'is no JSON'],
  ['another shape', { client: 'app@1', manifest: '{"a":{"b":1}}' }, 'is no manifest: give'],
  ['no documents', { client: 'app@1', manifest: '{}' }, 'has no documents'],
  ['a field that the contract lacks', { client: 'app@1', manifest: '{"x":"query A { salaries }"}' }, '"salaries"'],
])('%s is refused', async (_, { client, manifest: content }, message) => {
  const asked = { channel: 'kiosk', client, root, manifest: manifest(content) };
  await expect(publish(asked)).rejects.toThrow(message);
});

test('schema:check tells a document of a release by its client and version, while it is executed', () => {
  const file = 'bffs/kiosk/releases/kiosk-app@1.0.0.json';
  const tree = treeOf('now', new Map([[file, readFileSync(join(root, file), 'utf8')]]));
  const live = (day: string) =>
    documentsOf('kiosk', tree, new Date(day)).map(({ client, version, name }) => [client, version, name]);
  expect(live('2026-05-31')).toEqual([['kiosk-app', '1.0.0', 'Names']]);
  expect(live('2026-06-02')).toEqual([]);
});
