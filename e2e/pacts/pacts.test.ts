import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Verifier } from '@pact-foundation/pact';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeApiKey } from '#subgraphs/partners/src/commands/makeApiKey.ts';
import { setPartnerApp } from '#subgraphs/partners/src/commands/setPartnerApp.ts';
import type { Partners } from '#subgraphs/partners/src/context.ts';
import { appPrincipal } from '#gateway/access/apps/appPrincipal.ts';
import { signRequest } from '../../clients/request-signing/src/signRequest.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import type { TestSystem } from '../harness/startTestSystem.ts';
import { partners, type Partner } from './restPartners.ts';
import { startTakingProxy } from './takingProxy.ts';
import { verifyPact } from './verifyPact.ts';

const folder = fileURLToPath(new URL('../../rest/pacts/', import.meta.url));

let system: TestSystem;
beforeAll(async () => {
  system = await sharedSystem();
});

/** An app of a partner of its own, with the scopes of its program, so that other scenarios find theirs as it was. */
async function keyOf({ name, scopes }: Partner): Promise<string> {
  const domain = system.subgraph('partners').domain as unknown as Partners;
  const partnerId = domain.newId();
  const appName = `pact${name}`.slice(0, 30);
  const known = await domain.db.app.findUnique({ where: { name: appName } });
  if (!known)
    await domain.db.partner.create({ data: { id: partnerId, name: `Pact of ${name}`, openedAt: domain.clock() } });
  const app = await setPartnerApp(domain, {
    ...{ partnerId: known?.partnerId ?? partnerId, name: appName, scopes: [...scopes] },
    ...{ signing: 'REQUIRED', addresses: [], orderStoreIds: [], vendorIds: [] },
  });
  if (app.kind !== 'done') throw new Error(JSON.stringify(app));
  const developer = appPrincipal('partner', {
    ...{ appId: 'a developer', partnerId: app.app.partnerId, scopes: ['partner:develop'] },
  });
  const key = await makeApiKey(domain, developer, { appId: app.app.id, overlapHours: 0 });
  if (key.kind !== 'done') throw new Error(JSON.stringify(key));
  return key.apiKey;
}

/** Verifies the pact of a partner against REST. Resolves to what is wrong; undefined for a pact that is kept. */
async function verify(partner: Partner, without?: string): Promise<string | undefined> {
  const baseUrl = new URL(system.urlOf('rest')).origin;
  const apiKey = await keyOf(partner);
  // A signature in a file is good no more: each request is signed anew in the name of the partner.
  const proxy = await startTakingProxy({ baseUrl, without, headersOf: (url) => signRequest({ url }, apiKey) });
  try {
    const file = `${folder}${partner.name}-rest.json`;
    return await verifyPact({
      ...{ file, provider: 'rest', states: { 'the seeded chain': () => Promise.resolve(undefined) } },
      run: (states) =>
        new Verifier({
          ...{ provider: 'rest', providerBaseUrl: proxy.url, pactUrls: [file], logLevel: 'error' },
          stateHandlers: states as never,
        }).verifyProvider(),
    });
  } finally {
    await proxy.close();
  }
}

describe.each(partners)('the pact of $name with REST', (partner) => {
  it('is kept by the running system', async () => {
    expect(await verify(partner)).toBeUndefined();
  });
});

it('each file is the pact of a partner: what nobody needs any more binds nobody', () => {
  expect(readdirSync(folder).sort()).toEqual(partners.map(({ name }) => `${name}-rest.json`).sort());
});

it('a field that a partner reads and that is gone is red, for that partner alone', async () => {
  const [lunchbox, quickcourier] = partners as readonly [Partner, Partner];
  const broken = await verify(quickcourier, 'distanceMetres');
  expect(broken).toMatch(/between quickcourier and rest[\s\S]*distanceMetres/);
  expect(await verify(lunchbox, 'distanceMetres')).toBeUndefined();
});
