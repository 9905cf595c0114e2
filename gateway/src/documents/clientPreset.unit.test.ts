import { executeCodegen } from '@graphql-codegen/cli';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { TrustedDocuments } from './trustedDocuments.ts';

const root = new URL('../../../', import.meta.url);
const folder = new URL('bffs/kiosk/operations/', root);

/** Names of documents by the hash that the client preset gives them. */
async function presetHashes(config: object): Promise<Map<string, string>> {
  const { result, error } = await executeCodegen({
    cwd: fileURLToPath(root),
    silent: true,
    generates: {
      'generated/preset/': {
        preset: 'client',
        schema: 'schema/channels/kiosk.graphql',
        documents: 'bffs/kiosk/operations/*.graphql',
        presetConfig: { persistedDocuments: { hashAlgorithm: 'sha256' } },
        ...config,
      },
    },
  });
  if (error) throw error;
  const file = result.find(({ filename }) => filename.endsWith('persisted-documents.json'))!;
  const texts = JSON.parse(file.content) as Record<string, string>;
  return new Map(
    Object.entries(texts).map(([id, text]) => [id, /(?:query|mutation|subscription) (\w+)/.exec(text)![1]!]),
  );
}

const trusted = new TrustedDocuments();
for (const file of readdirSync(folder)) trusted.add(readFileSync(new URL(file, folder), 'utf8'), file);

test('a document is found by the hash that the client preset of GraphQL Code Generator embeds', async () => {
  const hashes = await presetHashes({});
  expect(hashes.size).toBe(readdirSync(folder).length);
  for (const [id, name] of hashes)
    expect([id, trusted.byId(id.replace('sha256:', ''))?.operationName]).toEqual([id, name]);
});
