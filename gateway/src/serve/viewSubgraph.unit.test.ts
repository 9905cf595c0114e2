import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import type { ChannelManifest, ViewContext } from '../channelManifest.ts';
import { viewSubgraph } from './viewSubgraph.ts';

it('refuses texts that no database can store before a resolver of the view has them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'drburger-view-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'schema.graphql'), 'type Query { page(of: ID!): String }');
  const asked: string[] = [];
  const manifest = {
    directory: pathToFileURL(`${folder}/`),
    viewResolvers: () => Promise.resolve({ Query: { page: (_: unknown, { of }: { of: string }) => asked.push(of) } }),
  } as unknown as ChannelManifest;
  const call = await viewSubgraph(manifest, pino({ enabled: false }), () => Promise.resolve({} as ViewContext));
  const page = (of: string) =>
    call!({ query: 'query ($of: ID!) { page(of: $of) }', variables: { of } } as never, {} as never);
  for (const of of ['a\0b', '\ud800'])
    expect((await page(of)).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  await page('a b');
  expect(asked).toEqual(['a b']);
});
