import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { describeStreams } from '../../compose/describeStreams.ts';
import { registeredSources, viewSource } from '../../compose/graphSource.ts';
import { manifests } from '../../compose/composeSystem.ts';
import { quickContract } from './quickContract.ts';

it.each(await manifests())('merges the contract of $name as composition does', (manifest) => {
  const sources = describeStreams(registeredSources(), manifest.streams);
  expect(quickContract(manifest, sources, viewSource(manifest.name))).toBe(
    readFileSync(`schema/channels/${manifest.name}.graphql`, 'utf8'),
  );
});
