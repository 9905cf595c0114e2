import { readFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MessageProviderPact, Verifier } from '@pact-foundation/pact';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { until } from '#platform/testkit/until.ts';
import { callRest } from '../rest/restCall.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import { type Actor, type TestSystem } from '../harness/startTestSystem.ts';
import { hearMockOf, pactOfStreams, streamsOf, type AppStream } from './appStreams.ts';
import {
  appOf,
  appRoles,
  exampleOf,
  askMockOf,
  pactOfApp,
  states,
  textOf,
  type AppOperation,
  type ChannelApp,
} from './channelApps.ts';
import { startTakingProxy } from './takingProxy.ts';
import { verifyPact } from './verifyPact.ts';

const folder = fileURLToPath(new URL('../../schema/pacts/apps/', import.meta.url));
const recording = process.env['RECORD_PACTS'] !== undefined;
const apps = (Object.keys(appRoles) as (keyof typeof appRoles)[]).map(appOf);

let system: TestSystem;
beforeAll(async () => {
  system = await sharedSystem();
  // What others of the same customer may have ordered before: it was not called off.
  const mobile = apps.find(({ channel }) => channel === 'mobile')!;
  const { variables, ...placing } = mobile.operations.find(({ name }) => name === 'PlaceOrder, carried out')!;
  const input = { ...(variables['input'] as object), idempotencyKey: randomUUID() };
  await answerTo(mobile, { ...placing, variables: { input } });
});

const actorOf = ({ channel }: ChannelApp, state: string): Actor => ({
  role: state === states.nothingOfVendor || state === states.seededOfVendor ? 'vendor' : appRoles[channel],
  ...((state === states.nothing || state === states.nothingOfVendor) && { subject: randomUUID() }),
});

const authorizationOf = async (app: ChannelApp, state: string): Promise<string> =>
  `Bearer ${await system.tokenFor(actorOf(app, state))}`;

/** What the system answers to an operation of an app. */
async function answerTo(app: ChannelApp, { document, variables, state }: AppOperation): Promise<unknown> {
  const response = await fetch(system.urlOf(app.channel), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: await authorizationOf(app, state) },
    body: JSON.stringify({ query: textOf(document), variables }),
  });
  const { data, errors } = (await response.json()) as { data?: unknown; errors?: unknown };
  if (!data) throw new Error(`${JSON.stringify(variables)}: ${JSON.stringify(errors)}`);
  return data;
}

/** Places the order that the app's pact is about; the same one, however often. */
async function orderOf(app: ChannelApp): Promise<{ orderId: string }> {
  const placing = app.operations.find(({ name }) => name === 'PlaceOrder, carried out')!;
  const { placeOrder } = (await answerTo(app, placing)) as { placeOrder: { order?: { id: string } } };
  if (!placeOrder.order) throw new Error(`not placed: ${JSON.stringify(placeOrder)}`);
  return { orderId: placeOrder.order.id };
}

interface Verified {
  readonly errors: readonly {
    readonly mismatch: { readonly mismatches?: readonly { path?: string; actual?: string }[] };
  }[];
}

/**
 * What is wrong, other than a null within a list: an app takes null for what the contract says may be null, and what
 * lists have is what other scenarios of this system have made, too. A field that is gone is not null but missing.
 */
function withoutNullsInLists(message: string | undefined): string | undefined {
  if (!message?.startsWith('{')) return message;
  const { errors } = JSON.parse(message) as Verified;
  if (errors.length === 0) return message;
  const mayBe = ({ path = '', actual }: { path?: string; actual?: string }) =>
    actual === 'null' && /\[\d+\]/.test(path);
  return errors.every(({ mismatch: { mismatches = [] } }) => mismatches.length > 0 && mismatches.every(mayBe))
    ? undefined
    : message;
}

/** Verifies the pact of an app with its channel. `without`: a field that is taken out of each answer. */
async function verify(app: ChannelApp, without?: string): Promise<string | undefined> {
  let authorization = await authorizationOf(app, states.seeded);
  const begin = (state: string, more?: () => Promise<object>) => async (): Promise<object | undefined> => {
    authorization = await authorizationOf(app, state);
    return more?.();
  };
  const proxy = await startTakingProxy({ baseUrl: new URL(system.urlOf(app.channel)).origin, without });
  try {
    const file = join(folder, pactOfApp(app.channel));
    const problem = await verifyPact({
      file,
      provider: app.channel,
      states: {
        [states.seeded]: begin(states.seeded),
        [states.seededOfVendor]: begin(states.seededOfVendor),
        [states.nothing]: begin(states.nothing),
        [states.nothingOfVendor]: begin(states.nothingOfVendor),
        [states.ordered]: begin(states.ordered, () => orderOf(app)),
      },
      run: (stateHandlers) =>
        new Verifier({
          ...{ provider: app.channel, providerBaseUrl: proxy.url, pactUrls: [file], logLevel: 'error' },
          stateHandlers: stateHandlers as never,
          requestFilter: (request, _, next) => {
            request.headers['authorization'] = authorization;
            next();
          },
        }).verifyProvider(),
    });
    // What an app is told of a failure stands beside the data that is left, where the pact expects nothing.
    return withoutNullsInLists(problem) ?? (proxy.failures.length === 0 ? undefined : proxy.failures.join('\n'));
  } finally {
    await proxy.close();
  }
}

/** Waits until an order has a payment, which is made a moment after the order. */
const paymentOf = async (orderId: string): Promise<void> => {
  const token = await system.tokenFor({ role: 'customer' });
  const payment = () => callRest(system.urlOf('rest'), `GET /v1/orders/${orderId}/payment`, { token });
  await until(async () => (await payment()).status === 200, { what: 'the payment of the order', timeoutMs: 30_000 });
};

/** What a stream is about, as the app of the channel follows it. */
async function variablesOf(app: ChannelApp, { name, document }: AppStream): Promise<Record<string, unknown>> {
  if (name.startsWith('Order') && name !== 'OrderBoardChanged') {
    const order = await orderOf(app);
    if (name === 'OrderPaymentChanged') await paymentOf(order.orderId);
    return order;
  }
  const example = exampleOf(document, app.schema, app.channel);
  const date = new Date().toLocaleDateString('sv', { timeZone: 'Europe/Berlin' });
  return { ...example, ...('date' in example && { date }) };
}

/** The first message of a stream of the running system. */
async function firstOf(app: ChannelApp, stream: AppStream): Promise<{ data: unknown }> {
  const client = system.client(app.channel, actorOf(app, states.seeded));
  const followed = client.subscribe(stream.document as never, (await variablesOf(app, stream)) as never);
  try {
    return { data: await followed.next(() => true, `the first message of ${stream.name}`) };
  } finally {
    followed.stop();
  }
}

describe.each(apps)('the app of $channel', (app) => {
  const file = pactOfApp(app.channel);

  // With `RECORD_PACTS=1` and `vitest -u`: of what may be null, the pact then has what there is in data of the seed.
  it.runIf(recording)('has its pact written anew', async () => {
    const dir = temporaryFolder('pacts');
    const found = new Map<string, unknown>();
    const unanswered: string[] = [];
    for (const operation of app.operations) {
      const given = operation.state === states.ordered ? await orderOf(app) : operation.variables;
      await answerTo(app, { ...operation, variables: given }).then(
        (answer) => found.set(operation.name, answer),
        (error: unknown) => unanswered.push(`${operation.name} ${String(error)}`),
      );
    }
    expect(unanswered).toEqual([]);
    await askMockOf(app, dir, found);
    await expect(readFileSync(join(dir, file), 'utf8')).toMatchFileSnapshot(join(folder, file));
  });

  it('is answered by the running channel as its pact says', async () => {
    expect(await verify(app)).toBeUndefined();
  });
});

describe.each(apps.filter(({ channel }) => streamsOf(channel).length > 0))('the streams of $channel', (app) => {
  const file = pactOfStreams(app.channel);

  it.runIf(recording)('have their pact written anew', async () => {
    const dir = temporaryFolder('pacts');
    const found = new Map<string, unknown>();
    for (const stream of streamsOf(app.channel)) found.set(stream.name, (await firstOf(app, stream)).data);
    await hearMockOf(app.channel, dir, found);
    await expect(readFileSync(join(dir, file), 'utf8')).toMatchFileSnapshot(join(folder, file));
  });

  it('tell what their pact says', async () => {
    const messageProviders = Object.fromEntries(
      streamsOf(app.channel).map((stream) => [stream.name, () => firstOf(app, stream)]),
    );
    const [provider, path] = [`${app.channel}-streams`, join(folder, file)];
    const run = () =>
      new MessageProviderPact({ provider, messageProviders, pactUrls: [path], logLevel: 'error' }).verify();
    expect(await verifyPact({ file: path, provider, run })).toBeUndefined();
  });
});

it('a field that an app reads of what a mutation gives, and that is gone, is red for the apps that read it', async () => {
  const red: string[] = [];
  for (const app of apps.filter(({ channel }) => ['kiosk', 'delivery'].includes(channel)))
    if ((await verify(app, 'cancellable')) !== undefined) red.push(app.channel);
  expect(red).toEqual(['kiosk']);
});
