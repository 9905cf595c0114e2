import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ParkedEventsDocument } from '#generated/bffs/staff/operations.ts';
import { until } from '#platform/testkit/until.ts';
import { OfficeScreen } from '../an-evening/officeScreen.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import { demoStore, type TestSystem } from '../harness/startTestSystem.ts';
import { BoardScreen } from '../order-board-page/boardScreen.ts';
import { describeInChromium, launchChromium } from '../order-board-page/chromium.ts';

const patience = { timeoutMs: 30_000 };

describeInChromium('the office in Chromium, for those who run the chain', () => {
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

  const open = async (role: 'manager' | 'admin'): Promise<OfficeScreen> => {
    const token = await system.tokenFor({ role, subject: `office-${role}` });
    const url = `${new URL(system.urlOf('staff')).origin}/office?store=${demoStore}#token=${token}`;
    const screen = await BoardScreen.open(browser, url, { width: 1280, height: 900 });
    screens.push(screen);
    await until(async () => (await screen.status()) === 'live', { ...patience, what: 'the office is live' });
    return new OfficeScreen(screen);
  };

  test('an admin sees what is parked anywhere, looks at it and replays it; a manager is refused', async () => {
    const { domain } = system.subgraph('loyalty');
    // A consumer that the release before had: an event that nobody can handle now.
    const park = `insert into platform.parked (consumer, aggregate, event_id, topic, event_type, message, state, reason, attempts)
      values ($1, 'order:x', gen_random_uuid(), 'orders.v1', 'OrderCompleted', '{"seen":"in the office"}', 'failed', 'a bug', 3)`;
    await domain.pool.query(park, ['loyalty.gone']);
    try {
      const manager = system.client('staff', { role: 'manager' });
      await expect(manager.ask(ParkedEventsDocument, { after: null })).rejects.toThrow(/scope|allow|FORBIDDEN/i);
      const office = await open('admin');
      await office.turnTo('Parked');
      await office.shows('OrderCompleted → loyalty.gone');
      await office.shows('a bug');
      expect(await office.screen.violations()).toEqual([]);
      await office.press('Show OrderCompleted → loyalty.gone (order:x)');
      await office.shows('in the office', '#parked pre');
      await office.press('Replay OrderCompleted → loyalty.gone (order:x)');
      await office.press('Replay', office.dialog);
      await office.says('there is no consumer loyalty.gone any more');
      await office.shows('failed 4 times');
      await domain.pool.query('delete from platform.parked');
      await office.turnTo('Parked');
      await office.shows('Nothing is parked.');
      expect(await (await open('manager')).panes()).not.toContain('Parked');
    } finally {
      await domain.pool.query('delete from platform.parked');
    }
  });

  test('a manager says what the store does on a holiday, and takes it back', async () => {
    const office = await open('manager');
    await office.turnTo('Hours');
    const row = office.screen.page.locator('#holidays li', { hasText: 'Christmas Day' });
    const choose = async (plan: string, hours = '') => {
      await row.getByRole('button').click();
      await office.dialog.getByLabel('On this day').selectOption({ label: plan });
      await office.dialog.getByRole('textbox', { name: 'Hours of its own' }).fill(hours);
      await office.press('Save', office.dialog);
    };
    await choose('hours of its own', '17:00 – 21:00');
    await office.says('Saved.');
    await until(async () => (await row.innerText()).includes('17:00 – 21:00'), patience);
    await office.shows('1. Weihnachtstag', '#exceptions');
    expect(await office.screen.violations()).toEqual([]);
    await choose('as usual');
    await until(async () => (await row.innerText()).includes('as usual'), patience);
    await office.screen.page.locator('select[name=region]').selectOption({ label: 'Bayern' });
    await office.press('Save the region');
    await office.shows('Epiphany', '#holidays');
    await office.screen.page.locator('select[name=region]').selectOption({ label: 'the country’s only' });
    await office.press('Save the region');
    await until(async () => !(await office.screen.text('#holidays')).includes('Epiphany'), patience);
  });
});
