import { execFileSync } from 'node:child_process';
import { buildSchema, parse, validate } from 'graphql';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { appChannels } from './appScreens.ts';
import { createApp, nextSteps } from './createApp.ts';

const packed = (vendor: string): Promise<void> => {
  mkdirSync(vendor);
  return Promise.resolve();
};
const made = (channel: string): Promise<string> =>
  createApp(channel, join(temporaryFolder('app'), `${channel}-app`), packed);
const text = (folder: string, path: string): string => readFileSync(join(folder, path), 'utf8');

describe.each(appChannels)('an app for %s', (channel) => {
  it('is whole: its TypeScript parses, its documents are valid, its dependencies are pinned', async () => {
    const folder = await made(channel);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const sources = files.filter((file) => /\.tsx?$/.test(file));
    expect(sources.length).toBeGreaterThan(4);
    for (const file of sources) {
      const { diagnostics } = ts.transpileModule(text(folder, file), {
        fileName: file,
        reportDiagnostics: true,
        compilerOptions: { jsx: ts.JsxEmit.ReactJSX },
      });
      expect(diagnostics, file).toEqual([]);
    }
    const schema = buildSchema(text(folder, 'schema.graphql'), { assumeValidSDL: true });
    const documents = files.filter((file) => file.startsWith('src/') && file.endsWith('.graphql'));
    expect(documents).toHaveLength(2);
    for (const file of documents) expect(validate(schema, parse(text(folder, file))), file).toEqual([]);
    // A document that the test does not answer is complained of on its console, as if the app were wrong.
    for (const name of ['FirstScreen', 'Live'])
      expect(text(folder, 'src/App.test.tsx')).toContain(`query: ${name}Document`);
    const { dependencies, devDependencies } = JSON.parse(text(folder, 'package.json')) as Record<string, object>;
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
      expect(version, name).toMatch(/^(\d+\.\d+\.\d+|file:vendor\/[\w.-]+\.tgz)$/);
  });
});

it.each(['my app', "the chain's", 'a$HOME', 'a;b', 'plain-app'])('what to type next leads into a folder %s', (name) => {
  const folder = join(temporaryFolder('app'), name);
  mkdirSync(folder);
  const line = nextSteps(folder).replace(/ && .*/, ' && pwd');
  expect(execFileSync('sh', ['-c', line], { encoding: 'utf8' }).trim()).toBe(folder);
});

describe('what it refuses', () => {
  it.each(['kisok', 'rest', 'partner'])('the channel %s', async (channel) => {
    await expect(made(channel)).rejects.toThrow(/Name one of kiosk/);
  });

  it('a folder that is not empty, which it leaves as it was', async () => {
    const folder = temporaryFolder('app');
    writeFileSync(join(folder, 'mine'), '');
    await expect(createApp('web', folder, packed)).rejects.toThrow(/is not empty/);
    expect(readdirSync(folder)).toEqual(['mine']);
  });
});
