import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { hearMockOf, pactOfStreams, streamsOf } from './appStreams.ts';
import { appOf, appRoles, askMockOf, pactOfApp } from './channelApps.ts';

const folder = fileURLToPath(new URL('../../schema/pacts/apps/', import.meta.url));

interface Pact {
  readonly interactions: readonly {
    readonly description: string;
    readonly response: { readonly body: { readonly content: { readonly data: unknown } } };
    readonly contents: { readonly content: { readonly data: unknown } };
  }[];
}
const interactionsOf = (file: string) => (JSON.parse(readFileSync(file, 'utf8')) as Pact).interactions;
const channels = Object.keys(appRoles) as (keyof typeof appRoles)[];

it.each(channels)(
  'the app of %s gets along with what its pact promises, and the pact is committed',
  async (channel) => {
    const app = appOf(channel);
    const file = join(folder, pactOfApp(channel));
    const found = new Map(
      interactionsOf(file).map(({ description, response }) => [description, response.body.content.data]),
    );
    const dir = temporaryFolder('pacts');
    const answers = await askMockOf(app, dir, found);
    expect(answers).toHaveLength(app.operations.length);
    expect(answers).not.toContainEqual(expect.any(Error));
    // `vitest run -u` writes it anew, when an operation has changed.
    await expect(readFileSync(join(dir, pactOfApp(channel)), 'utf8')).toMatchFileSnapshot(file);
  },
);

/** What the seed has nothing of, so that any answer keeps the pact of it; `schema:check` alone holds its fields. */
const seedHasNothing = [
  'delivery JobScreen',
  'delivery OpenJobs',
  'kiosk OrderScreen',
  'mobile MarketplaceOrder',
  'mobile MembershipChangeQuote',
  'mobile OrderScreen',
  'staff MembershipsOfCustomer',
  'staff MenuDrafts',
  'staff OpenDeliveries',
  'staff OrderDetails',
  'staff OrderRecord',
  'staff ParkedEvent',
  'staff SettlementFindings',
  'staff StoreDevices',
  'staff Timeline',
  'web MarketplaceOrder',
  'web MembershipChangeQuote',
  'web OrderTrackingPage',
];

it('expects something of each answer, but for what the seed has nothing of', () => {
  const hollow = channels.flatMap((channel) =>
    interactionsOf(join(folder, pactOfApp(channel)))
      .filter(({ response }) => Object.keys(response.body.content.data as object).length === 0)
      .map(({ description }) => `${channel} ${description}`),
  );
  expect(hollow.sort()).toEqual(seedHasNothing);
});

it.each(channels.filter((channel) => streamsOf(channel).length > 0))(
  'the streams of the app of %s are what its pact promises, and the pact is committed',
  async (channel) => {
    const file = join(folder, pactOfStreams(channel));
    const found = new Map(
      interactionsOf(file).map(({ description, contents }) => [description, contents.content.data]),
    );
    const dir = temporaryFolder('pacts');
    const heard = await hearMockOf(channel, dir, found);
    expect(heard).toHaveLength(streamsOf(channel).length);
    await expect(readFileSync(join(dir, pactOfStreams(channel)), 'utf8')).toMatchFileSnapshot(file);
  },
);
