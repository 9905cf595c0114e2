import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { appOf, appRoles, askMockOf, isThereIn, pactOfApp } from './channelApps.ts';

const folder = fileURLToPath(new URL('../../schema/pacts/apps/', import.meta.url));

interface Pact {
  readonly interactions: readonly {
    readonly description: string;
    readonly response: { readonly body: { readonly content: { readonly data: unknown } } };
  }[];
}

it.each(Object.keys(appRoles) as (keyof typeof appRoles)[])(
  'the app of %s gets along with what its pact promises, and the pact is committed',
  async (channel) => {
    const app = appOf(channel);
    const file = join(folder, pactOfApp(channel));
    const { interactions } = JSON.parse(readFileSync(file, 'utf8')) as Pact;
    const found = new Map(interactions.map(({ description, response }) => [description, response.body.content.data]));
    const dir = temporaryFolder('pacts');
    const answers = await askMockOf(app, dir, (query) => isThereIn(found.get(query)));
    expect(answers).toHaveLength(app.queries.length);
    expect(answers).not.toContainEqual(expect.any(Error));
    // `vitest run -u` writes it anew, when a query has changed.
    await expect(readFileSync(join(dir, pactOfApp(channel)), 'utf8')).toMatchFileSnapshot(file);
  },
);
