import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { signRequest } from '../../clients/request-signing/src/signRequest.ts';
import { until } from '#platform/testkit/until.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import type { TestSystem } from '../harness/startTestSystem.ts';
import { BoardScreen } from '../order-board-page/boardScreen.ts';
import { describeInChromium, launchChromium } from '../order-board-page/chromium.ts';

const patience = { timeoutMs: 30_000 };
const phone = { width: 400, height: 800 };

describeInChromium('the developer portal in Chromium', () => {
  let system: TestSystem;
  let browser: Browser;
  const screens: BoardScreen[] = [];

  beforeAll(async () => {
    [system, browser] = await Promise.all([sharedSystem(), launchChromium()]);
  });
  afterEach(async () => {
    const problems = screens.flatMap((screen) => screen.problems);
    await Promise.all(screens.splice(0).map((screen) => screen.close()));
    expect(problems).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
  });

  const address = () => `${new URL(system.urlOf('partner')).origin}/portal`;
  const open = async (size: { width: number; height: number }, hash = ''): Promise<BoardScreen> => {
    const screen = await BoardScreen.open(browser, address() + hash, size);
    screens.push(screen);
    return screen;
  };
  const turnTo = async ({ page }: BoardScreen, name: string): Promise<void> => {
    await page.getByRole('button', { name, exact: true }).click();
    await page.getByRole('heading', { level: 2, name, exact: true }).waitFor();
  };

  test('a developer makes a key, registers a document, calls it signed, and sees the call on the chart', async () => {
    const screen = await open({ width: 1280, height: 900 });
    const { page } = screen;
    await page.getByLabel('Token').fill('nonsense');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('The token is not accepted').waitFor();
    await page.getByLabel('Token').fill(await system.tokenFor({ role: 'partner' }));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Make a key' }).click();
    const apiKey = await page.getByLabel('the new key', { exact: true }).innerText();
    expect(apiKey).toMatch(/^drb_lunchbox_/);
    await page.getByRole('button', { name: 'I have kept it' }).click();
    expect(await page.content()).not.toContain(apiKey);

    await turnTo(screen, 'Documents');
    const text = page.getByLabel('Document: one query or mutation with a name');
    await text.fill('query FromPortal { stores(first: 1) { edges { node { naem } } } }');
    await page.getByText('Cannot query field "naem"').waitFor();
    await text.fill('query FromPortal { stores(first: 1) { edges { node { name } } } }');
    await page.getByLabel('Variables for the trial').fill('');
    await page.getByText('FromPortal is good. It needs no scope.').waitFor();
    await page.getByText(/cost \d+ of \d+/).waitFor();
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
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as CSV' }).first().click();
    expect((await download).suggestedFilename()).toBe('usage-lunchbox.csv');
    // A file that the page makes has an address of its own.
    const origins = screen.requests.filter((each) => !each.startsWith('blob:')).map((each) => new URL(each).origin);
    expect([...new Set(origins)]).toEqual([new URL(address()).origin]);
  });

  for (const colorScheme of ['light', 'dark'] as const)
    test(`every part is clean for axe and fits a phone, in ${colorScheme}`, async () => {
      const screen = await open(phone, `#token=${await system.tokenFor({ role: 'partner' })}`);
      await screen.page.emulateMedia({ colorScheme });
      for (const part of ['Documents', 'Webhooks', 'Usage', 'Reference', 'Changes', 'Apps and keys']) {
        await turnTo(screen, part);
        await screen.page.waitForLoadState('networkidle');
        expect([part, await screen.violations()]).toEqual([part, []]);
        const overflow = await screen.page.evaluate('document.documentElement.scrollWidth - innerWidth');
        expect([part, overflow]).toEqual([part, 0]);
      }
    });
});
