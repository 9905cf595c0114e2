import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Page } from 'playwright-core';
import { Webhook } from 'standardwebhooks';
import { beforeAll, expect, test } from 'vitest';
import { signRequest } from '../../clients/request-signing/src/signRequest.ts';
import { RemoveWebhookEndpointDocument, WebhookDeliveriesDocument } from '#generated/bffs/partner/operations.ts';
import { until } from '#platform/testkit/until.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import { demoStore, type TestSystem } from '../harness/startTestSystem.ts';
import { callRest } from '../rest/restCall.ts';
import type { BoardScreen } from '../harness/chromium/boardScreen.ts';
import { describeInChromium } from '../harness/chromium/chromium.ts';
import { screensInChromium } from '../harness/chromium/screens.ts';

const patience = { timeoutMs: 30_000 };
const phone = { width: 400, height: 800 };

describeInChromium('the developer portal in Chromium', () => {
  let system: TestSystem;
  const screens = screensInChromium();

  beforeAll(async () => {
    system = await sharedSystem();
  });

  const address = () => `${new URL(system.urlOf('partner')).origin}/portal`;
  const open = async (size: { width: number; height: number }, hash = ''): Promise<BoardScreen> => {
    const screen = await screens.open(address() + hash, { size });
    return screen;
  };
  const turnTo = async ({ page }: BoardScreen, name: string): Promise<void> => {
    await page.getByRole('button', { name, exact: true }).click();
    await page.getByRole('heading', { level: 2, name, exact: true }).waitFor();
  };

  /** Signs in at the provider, which asks who it is and whether the portal may act for them. */
  const signInAs = async (page: Page, login: string): Promise<void> => {
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('button', { name: new RegExp(`^${login}:`) }).click();
    await page.getByRole('button', { name: 'Allow' }).click();
  };
  /** Calls a route from the reference. Resolves to the status and what the page shows of the answer. */
  const callFromPage = async (page: Page, route: string, values: Record<string, string> = {}): Promise<string> => {
    await page.getByRole('button', { name: `Try it: ${route}`, exact: true }).click();
    const form = page.getByRole('form', { name: `A call of ${route}`, exact: true });
    for (const [name, value] of Object.entries(values)) await form.getByLabel(new RegExp(`^${name}( |$)`)).fill(value);
    await form.getByRole('button', { name: `Send ${route}`, exact: true }).click();
    const status = await form.getByRole('status').innerText();
    return `${status}\n${await form.getByLabel(`the answer to ${route}`, { exact: true }).innerText()}`;
  };

  test('a developer makes a key, registers a document, calls it signed, and sees the call on the chart', async () => {
    const screen = await open({ width: 1280, height: 900 });
    const { page } = screen;
    await page.getByText('Sign in with a token').click();
    await page.getByLabel('Token').fill('nonsense');
    await page.getByRole('button', { name: 'Use the token' }).click();
    await page.getByText('You are not let in').waitFor();
    await signInAs(page, 'partner');
    await page.getByRole('button', { name: 'Make a key' }).click();
    const apiKey = await page.getByLabel('the new key', { exact: true }).innerText();
    expect(apiKey).toMatch(/^drb_lunchbox_/);
    await page.getByRole('button', { name: 'I have kept it' }).click();
    expect(await page.content()).not.toContain(apiKey);

    await turnTo(screen, 'Documents');
    const editor = page.getByLabel('Document: one query or mutation with a name');
    await editor.fill('query FromPortal { stores(first: 1) { edges { node { naem } } } }');
    await page.getByText('Cannot query field "naem"').waitFor();
    const text = 'query FromPortal { stores(first: 1) { edges { node { name } } } }';
    const file = { name: 'fromPortal.graphql', mimeType: 'text/plain', buffer: Buffer.from(text) };
    await page.getByLabel('or from a file').setInputFiles(file);
    await until(async () => (await editor.inputValue()) === text, { ...patience, what: 'the text of the file' });
    await page.getByLabel('Variables for the trial').fill('');
    await page.getByText('FromPortal is good. It needs no scope.').waitFor();
    await page.getByText(/cost \d+ of \d+/).waitFor();
    await page.getByRole('button', { name: 'Try it in the sandbox' }).click();
    // The system of these tests is as in production.
    await page.getByText('There is no sandbox here').waitFor();
    await page.getByRole('button', { name: 'Register', exact: true }).click();
    const curl = await page.getByLabel('the curl command', { exact: true }).innerText();
    await page.getByRole('button', { name: 'Activate FromPortal@1' }).click();
    await page.getByRole('row', { name: /FromPortal@1 ACTIVE/ }).waitFor();

    await turnTo(screen, 'Usage');
    const requests = page.locator('[data-figure="requests"]').first();
    const before = Number(await requests.innerText());
    const bars = () => page.locator('svg.chart').first().getAttribute('aria-label');
    const chartBefore = await bars();
    const [, documentId] = /"documentId":"([0-9a-f]{64})"/.exec(curl)!;
    const url = system.urlOf('partner');
    for (let call = 0; call < 3; call += 1) {
      const body = JSON.stringify({ documentId });
      const answer = await fetch(url, { method: 'POST', body, headers: signRequest({ url, body }, apiKey) });
      expect([answer.status, await answer.json()]).toMatchObject([200, { data: { stores: { edges: [{}] } } }]);
    }
    await until(async () => Number(await requests.innerText()) >= before + 3, { ...patience, what: 'the chart moves' });
    expect(await bars()).not.toBe(chartBefore);
    await page.getByRole('row', { name: /FromPortal@1 200 3/ }).waitFor();

    await turnTo(screen, 'Reference');
    await page.getByLabel('Call the routes as').selectOption('key');
    await page.getByLabel(/^API key/).fill(apiKey);
    const called = await callFromPage(page, 'GET /v1/stores', { country: 'DE' });
    expect(called).toMatch(/^200 after \d+ ms\n[\s\S]*ratelimit[\s\S]*"name": "Dr. Burger/);
    const refused = await callFromPage(page, 'GET /v1/orders/{orderId}', { orderId: randomUUID() });
    expect(refused).toMatch(/^403 [\s\S]*"code": "FORBIDDEN"/);
    await turnTo(screen, 'Usage');
    await page.getByRole('row', { name: /GET \/v1\/stores 200 1/ }).waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as CSV' }).first().click();
    expect((await download).suggestedFilename()).toBe('usage-lunchbox.csv');
    // A file that the page makes has an address of its own.
    const origins = screen.requests.filter((each) => !each.startsWith('blob:')).map((each) => new URL(each).origin);
    const known = [address(), system.issuer!, system.urlOf('rest')].map((each) => new URL(each).origin);
    expect([...new Set(origins)].sort()).toEqual(known.sort());
  });

  test('who is no developer is told so, and signs in as somebody else; a developer signs out at the provider', async () => {
    const { page } = await open({ width: 1280, height: 900 });
    await signInAs(page, 'ada');
    await page.getByText('it is not that of a developer of a partner').waitFor();
    await page.getByRole('button', { name: 'Sign in as somebody else' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signInAs(page, 'partner');
    await page.getByRole('heading', { level: 2, name: 'Apps and keys' }).waitFor();
    // Neither the code nor a token is left in the address, which people copy.
    expect(page.url()).toBe(address());
    await page.reload();
    await page.getByRole('heading', { level: 2, name: 'Apps and keys' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    expect(await page.evaluate(`sessionStorage.getItem('person')`)).toBeNull();
  });

  test('a route is called by the developer, and with a body for a customer', async () => {
    const screen = await open({ width: 1280, height: 900 }, `#token=${await system.tokenFor({ role: 'partner' })}`);
    const { page } = screen;
    await turnTo(screen, 'Reference');
    await page.getByLabel('Call the routes as').selectOption('developer');
    expect(await callFromPage(page, 'GET /v1/stores/{storeId}', { storeId: demoStore })).toMatch(/^200 [\s\S]*etag: /);
    await page.getByLabel('Call the routes as').selectOption('token');
    await page.getByLabel(/^Their token/).fill(await system.tokenFor({ role: 'customer' }));
    const placed = await callFromPage(page, 'POST /v1/orders');
    expect(placed).toMatch(/^201 [\s\S]*location: \/v1\/orders\/[\s\S]*"status": "PLACED"/);
    const [, orderId = ''] = /"id": "([^"]+)"/.exec(placed) ?? [];
    const cancelled = await callFromPage(page, 'POST /v1/orders/{orderId}/cancellations', { orderId });
    expect(cancelled).toMatch(/^201 [\s\S]*"status": "CANCELLED"/);
  });

  test('a message to a receiver is shown with what was sent and answered, and sent again', async () => {
    const token = await system.tokenFor({ role: 'manager' });
    const item = `/v1/menu/availability/${demoStore}/items/${seedId('menuItem', 'pancakes')}`;
    const setAvailable = async (available: boolean): Promise<void> => {
      const headers = { 'idempotency-key': randomUUID() };
      const answer = await callRest(system.urlOf('rest'), `PUT ${item}`, { token, headers, body: { available } });
      expect(answer.status).toBe(200);
    };
    const taken: { id: unknown; body: string }[] = [];
    const headers: Record<string, string>[] = [];
    const receiver = createServer((request, response) => {
      void text(request).then((body) => {
        taken.push({ id: request.headers['webhook-id'], body });
        headers.push(request.headers as Record<string, string>);
        response.end('Got it');
      });
    });
    await once(receiver.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
    try {
      const screen = await open({ width: 1280, height: 900 }, `#token=${await system.tokenFor({ role: 'partner' })}`);
      const { page } = screen;
      await turnTo(screen, 'Webhooks');
      await page.getByLabel('Address, https in production').fill(url);
      await page.getByLabel('What it is told of').selectOption(['MENU_ITEM_AVAILABILITY_CHANGED']);
      await page.getByRole('button', { name: 'Register the endpoint' }).click();
      await page.getByLabel('the secret of the endpoint', { exact: true }).waitFor();
      const endpoint = page.getByRole('region', { name: `Endpoint ${url}` });
      await endpoint.getByRole('button', { name: 'Send a test' }).click();
      await endpoint.getByRole('row', { name: /webhook\.ping.*DELIVERED.*200 after \d+ ms Got it/s }).waitFor();
      await setAvailable(false);
      const delivery = endpoint.getByRole('row', { name: /menu_item\.availability_changed.*DELIVERED.*Got it/s });
      await delivery.waitFor();
      await delivery.getByText('What was sent').click();
      expect(JSON.parse(await delivery.locator('pre').innerText())).toEqual(JSON.parse(taken[1]!.body));
      await delivery.getByRole('button', { name: /Send again/ }).click();
      await page.getByText('1 sent again.').waitFor();
      await until(() => taken.length === 3, { ...patience, what: 'the message comes again' });
      expect(taken[2]).toEqual(taken[1]);

      await endpoint.getByText('Send again what was missed').click();
      await endpoint.getByLabel(/webhook-cursor/).fill(headers[0]!['webhook-cursor']!);
      // What is under way just now is not sent again, and this may be by the message that has only just come.
      const clickUntilMore = async (button: string): Promise<void> => {
        const before = taken.length;
        const clicked = async () => {
          await endpoint.getByRole('button', { name: button }).click();
          await page.getByText(/^\d+ sent again\.$/).waitFor();
          return taken.length > before;
        };
        await until(clicked, { ...patience, what: `a message comes by "${button}"` });
      };
      await clickUntilMore('Send again after it');
      await endpoint.getByLabel('What happened since').fill('2026-01-01T00:00');
      await clickUntilMore('Send again since then');

      const before = await page.getByLabel('the secret of the endpoint', { exact: true }).innerText();
      await endpoint.getByRole('button', { name: 'Make a new secret' }).click();
      await page.getByText('For a day, messages are signed with both secrets.').waitFor();
      const secret = await page.getByLabel('the secret of the endpoint', { exact: true }).innerText();
      expect(secret).not.toBe(before);
      await endpoint.getByRole('button', { name: 'Send a test' }).click();
      const isPing = ({ body }: { body: string }) => body.includes('webhook.ping');
      await until(() => taken.filter(isPing).length === 2, { ...patience, what: 'the second test' });
      const last = taken.findLastIndex(isPing);
      for (const each of [secret, before]) new Webhook(each).verify(taken[last]!.body, headers[last]!);
      page.once('dialog', (dialog) => void dialog.accept());
      await endpoint.getByRole('button', { name: 'Remove' }).click();
      await endpoint.waitFor({ state: 'detached' });
    } finally {
      await setAvailable(true);
      const developer = system.client('partner', { role: 'partner' });
      const { myPartnerAccount } = await developer.ask(WebhookDeliveriesDocument, {});
      for (const { id } of myPartnerAccount!.apps
        .flatMap((app) => app.webhookEndpoints)
        .filter((each) => each.url === url))
        await developer.ask(RemoveWebhookEndpointDocument, { input: { id } });
      receiver.close();
    }
  });

  test('each field of the contract is tried in the editor, each route by a command', async () => {
    const screen = await open({ width: 1280, height: 900 }, `#token=${await system.tokenFor({ role: 'partner' })}`);
    const { page } = screen;
    const fields = ['stores', 'nearestStores', 'menuCategories', 'menuItem'];
    for (const field of fields) {
      await turnTo(screen, 'Reference');
      await page.getByRole('button', { name: `Try it: ${field}`, exact: true }).click();
      await page.getByText(`Try${field[0]!.toUpperCase()}${field.slice(1)} is good.`).waitFor();
    }
    await turnTo(screen, 'Reference');
    await page.getByRole('button', { name: 'Try it: GET /v1/stores', exact: true }).click();
    await page.getByLabel('country (optional)').fill('DE & more');
    const command = page.getByLabel('a command that calls GET /v1/stores', { exact: true });
    expect(await command.innerText()).toContain('/v1/stores?page%5Bsize%5D=2&country=DE%20%26%20more"');
    await page.getByText('store.ordering_changed', { exact: true }).click();
    const trial = page.getByRole('form', { name: 'Try store.ordering_changed' });
    await trial.getByLabel(/^The secret/).fill(`whsec_${randomBytes(32).toString('base64')}`);
    await trial.getByRole('button', { name: 'Make a command that sends it' }).click();
    await trial.getByText(/^curl -i[\s\S]*webhook-signature: v1,[\s\S]*"type":"store.ordering_changed"/).waitFor();
    await page.getByText('OrderStatusChanged', { exact: true }).click();
    await page.getByText('"eventType": "OrderStatusChanged"').waitFor();
  });

  test('the status is what calls are answered, and tells which part is away', async () => {
    const screen = await open({ width: 1280, height: 900 }, `#token=${await system.tokenFor({ role: 'partner' })}`);
    const { page } = screen;
    await turnTo(screen, 'Status');
    await page.getByText('Everything answers.').waitFor();
    const { back } = system.cutOff('delivery');
    try {
      await turnTo(screen, 'Changes');
      await turnTo(screen, 'Status');
      await page.getByText('Delivery quotes: no answer.').waitFor();
    } finally {
      back();
    }
  });

  for (const colorScheme of ['light', 'dark'] as const)
    test(`every part is clean for axe and fits a phone, in ${colorScheme}`, async () => {
      const screen = await open(phone, `#token=${await system.tokenFor({ role: 'partner' })}`);
      await screen.page.emulateMedia({ colorScheme });
      for (const part of ['Documents', 'Webhooks', 'Usage', 'Reference', 'Changes', 'Status', 'Apps and keys']) {
        await turnTo(screen, part);
        await screen.page.waitForLoadState('networkidle');
        expect([part, await screen.violations()]).toEqual([part, []]);
        const overflow = await screen.page.evaluate('document.documentElement.scrollWidth - innerWidth');
        expect([part, overflow]).toEqual([part, 0]);
        // Whatever is in a table is seen without scrolling it sideways.
        const cut = `[...document.querySelectorAll('.wide')].filter((each) => each.scrollWidth > each.clientWidth).length`;
        expect([part, await screen.page.evaluate(cut)]).toEqual([part, 0]);
      }
    });
});
