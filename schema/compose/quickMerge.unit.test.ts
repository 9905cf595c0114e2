import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { describeStreams } from './describeStreams.ts';
import { graphSource, registeredSources, viewSource } from './graphSource.ts';
import { manifests } from './composeSystem.ts';
import { composeChannel } from './composeChannel.ts';
import { quickMerge } from './quickMerge.ts';

it.each(await manifests())('merges the contract of $name as composition does', (manifest) => {
  const sources = describeStreams(registeredSources(), manifest.streams);
  expect(composeChannel(manifest, sources, viewSource(manifest.name), quickMerge).contract).toBe(
    readFileSync(`schema/channels/${manifest.name}.graphql`, 'utf8'),
  );
});

it('leaves out interfaces that the contract has not, as composition does', () => {
  const sdl = `
    type Query { plate(id: ID!): Plate @tag(name: "kiosk") }
    interface Counted { id: ID! }
    interface Served @tag(name: "kiosk") @show(fields: "id") { id: ID! }
    type Plate implements Counted & Served @key(fields: "id") @tag(name: "kiosk") @show(fields: "id") { id: ID! }
  `;
  const sources = [graphSource('plates', 'http://localhost/plates', sdl, 'subgraphs/plates/schema.graphql')];
  const kiosk = { name: 'kiosk', tags: ['kiosk'] };
  const { contract } = composeChannel(kiosk, sources);
  expect(contract).toContain('type Plate implements Served {');
  expect(composeChannel(kiosk, sources, undefined, quickMerge).contract).toBe(contract);
});
