import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Verifier } from '@pact-foundation/pact';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import type { TestSystem } from '../harness/startTestSystem.ts';
import { appOf, appRoles, askMockOf, isThereIn, pactOfApp, textOf, type ChannelApp } from './channelApps.ts';

const folder = fileURLToPath(new URL('../../schema/pacts/apps/', import.meta.url));
const recording = process.env['RECORD_PACTS'] !== undefined;
const apps = (Object.keys(appRoles) as (keyof typeof appRoles)[]).map(appOf);

let system: TestSystem;
beforeAll(async () => {
  system = await sharedSystem();
});

const authorizationOf = async (channel: keyof typeof appRoles): Promise<string> =>
  `Bearer ${await system.tokenFor({ role: appRoles[channel] })}`;

/** What the system answers to each query of an app. */
async function answersTo(app: ChannelApp): Promise<ReadonlyMap<string, unknown>> {
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

describe.each(apps)('the app of $channel', (app) => {
  const file = pactOfApp(app.channel);

  // With `RECORD_PACTS=1` and `vitest -u`: of what may be null, the pact then has what there is in data of the seed.
  it.runIf(recording)('has its pact written anew', async () => {
    const dir = temporaryFolder('pacts');
    const found = await answersTo(app);
    await askMockOf(app, dir, (query) => isThereIn(found.get(query)));
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
