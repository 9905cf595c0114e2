import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { describeStreams } from './describeStreams.ts';
import { registeredSources, viewSource } from './graphSource.ts';
import { manifests } from './composeSystem.ts';
import { composeChannel } from './composeChannel.ts';
import { quickMerge } from './quickMerge.ts';

it.each(await manifests())('merges the contract of $name as composition does', (manifest) => {
  const sources = describeStreams(registeredSources(), manifest.streams);
  expect(composeChannel(manifest, sources, viewSource(manifest.name), quickMerge).contract).toBe(
    readFileSync(`schema/channels/${manifest.name}.graphql`, 'utf8'),
  );
});
