import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Verifier } from '@pact-foundation/pact';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import type { TestSystem } from '../harness/startTestSystem.ts';
import { appOf, appRoles, askMockOf, pactOfApp, textOf, type ChannelApp, type IsThere } from './channelApps.ts';

const folder = fileURLToPath(new URL('../../schema/pacts/apps/', import.meta.url));
/** With `RECORD_PACTS=1` and `vitest -u`, what is there in data of the seed is asked of the running system. */
const recording = process.env['RECORD_PACTS'] !== undefined;
const apps = (Object.keys(appRoles) as (keyof typeof appRoles)[]).map(appOf);

let system: TestSystem;
beforeAll(async () => {
  system = await sharedSystem();
});

const authorizationOf = async (channel: keyof typeof appRoles): Promise<string> =>
  `Bearer ${await system.tokenFor({ role: appRoles[channel] })}`;

interface Interaction {
  readonly description: string;
  readonly response: { readonly body: { readonly content: { readonly data: unknown } } };
}

/** What each query of an app finds: by what the pact has that is committed, or by what the system answers. */
async function foundBy(app: ChannelApp): Promise<ReadonlyMap<string, unknown>> {
  if (!recording) {
    const { interactions } = JSON.parse(readFileSync(join(folder, pactOfApp(app.channel)), 'utf8')) as {
      interactions: readonly Interaction[];
    };
    return new Map(interactions.map(({ description, response }) => [description, response.body.content.data]));
  }
  const found = new Map<string, unknown>();
  for (const query of app.queries) {
    const response = await fetch(system.urlOf(app.channel), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: await authorizationOf(app.channel) },
      body: JSON.stringify({ query: textOf(query), variables: query.variables }),
    });
    found.set(query.name, ((await response.json()) as { data?: unknown }).data ?? {});
  }
  return found;
}

/** Whether there is something at a path of what was found, in every element of a list. */
function isThereIn(found: unknown): IsThere {
  const has = (value: unknown, [name, ...rest]: readonly string[]): boolean => {
    if (Array.isArray(value))
      return value.length > 0 && value.every((each) => has(each, name === undefined ? [] : [name, ...rest]));
    if (value === null || value === undefined) return false;
    return name === undefined || has((value as Readonly<Record<string, unknown>>)[name], rest);
  };
  return (path) => has(found, path.split('.'));
}

describe.each(apps)('the app of $channel', (app) => {
  const file = pactOfApp(app.channel);

  it('gets along with what its pact promises, and the pact is committed', async () => {
    const dir = temporaryFolder('pacts');
    const found = await foundBy(app);
    const answers = await askMockOf(app, dir, (query) => isThereIn(found.get(query)));
    expect(answers).toHaveLength(app.queries.length);
    expect(answers).not.toContainEqual(expect.any(Error));
    await expect(readFileSync(join(dir, file), 'utf8')).toMatchFileSnapshot(join(folder, file));
  });

  it('is answered by the running channel as its pact says', async () => {
    const authorization = await authorizationOf(app.channel);
    const verifying = new Verifier({
      provider: app.channel,
      providerBaseUrl: new URL(system.urlOf(app.channel)).origin,
      pactUrls: [join(folder, file)],
      stateHandlers: { 'the seeded chain': () => Promise.resolve(undefined) },
      logLevel: 'error',
      requestFilter: (request, _, next) => {
        request.headers['authorization'] = authorization;
        next();
      },
    }).verifyProvider();
    await expect(verifying).resolves.toBeDefined();
  });
});
