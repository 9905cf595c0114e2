import { readFileSync, readdirSync } from 'node:fs';
import { Kind, parse, type DocumentNode } from 'graphql';
import { describe, expect, test } from 'vitest';
import { normalise } from '#gateway/documents/trustedDocuments.ts';
import type { ChannelManifest } from '#gateway/channelManifest.ts';
import { channels } from '#schema/channels.ts';

/** Channels that clients send documents to; the documents of REST are routes. */
const ofDocuments = channels.filter(({ name }) => name !== 'rest');

/** What a manifest says of operations by their name: of one that is misspelt it would say nothing. */
const namedBy = ({ cache, load, mcp }: ChannelManifest): string[] => [
  ...Object.keys(cache?.operations ?? {}),
  ...(load?.first ?? []),
  ...(mcp?.mutations ?? []),
];

describe.each(channels)('the manifest of $name', ({ name }) => {
  test('names only operations that the channel has', async () => {
    const manifest = ((await import(`./${name}/channel.ts`)) as { default: ChannelManifest }).default;
    const folder = new URL(name === 'rest' ? '../rest/' : `${name}/operations/`, import.meta.url);
    const has = readdirSync(folder, { recursive: true, encoding: 'utf8' }).flatMap((file) =>
      file.endsWith('.graphql')
        ? parse(readFileSync(new URL(file, folder), 'utf8')).definitions.flatMap((each) =>
            each.kind === Kind.OPERATION_DEFINITION ? [each.name?.value] : [],
          )
        : [],
    );
    expect(namedBy(manifest).filter((each) => !has.includes(each))).toEqual([]);
  });
});

describe.each(ofDocuments)('the documents of $name', ({ name }) => {
  const folder = new URL(`${name}/operations/`, import.meta.url);
  const files = readdirSync(folder);
  const sourceOf = (file: string): string => readFileSync(new URL(file, folder), 'utf8');

  // In production a channel runs nothing else.
  test('there is at least one document', () => expect(files.length).toBeGreaterThan(0));

  test.each(files)('%s is named after its operation, and says what it is for', (file) => {
    const operations = parse(sourceOf(file)).definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
    expect(operations.map((operation) => operation.name?.value.toLowerCase())).toEqual([
      file.replace('.graphql', '').toLowerCase(),
    ]);
    expect(sourceOf(file)).toMatch(/^# [A-Z]/);
  });

  test.each(files)('%s is known by the text that a client built from it sends', async (file) => {
    const generated = (await import(`#generated/bffs/${name}/operations.ts`)) as Record<string, DocumentNode>;
    const operation = parse(sourceOf(file)).definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION);
    expect(normalise(generated[`${operation?.name?.value}Document`]!)).toBe(normalise(parse(sourceOf(file))));
  });
});
