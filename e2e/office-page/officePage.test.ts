import { beforeAll, expect, test } from 'vitest';
import { ParkedEventsDocument } from '#generated/bffs/staff/operations.ts';
import { until } from '#platform/testkit/until.ts';
import { OfficeScreen } from '../an-evening/officeScreen.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import { demoStore, type TestSystem } from '../harness/startTestSystem.ts';
import { describeInChromium } from '../harness/chromium/chromium.ts';
import { screensInChromium } from '../harness/chromium/screens.ts';

const patience = { timeoutMs: 30_000 };

describeInChromium('the office in Chromium, for those who run the chain', () => {
  let system: TestSystem;
  const screens = screensInChromium();

  beforeAll(async () => {
    system = await sharedSystem();
  });

  const open = async (role: 'manager' | 'admin'): Promise<OfficeScreen> => {
    const token = await system.tokenFor({ role, subject: `office-${role}` });
    const url = `${new URL(system.urlOf('staff')).origin}/office?store=${demoStore}#token=${token}`;
    const screen = await screens.open(url, { size: { width: 1280, height: 900 } });
    await until(async () => (await screen.status()) === 'live', { ...patience, what: 'the office is live' });
    return new OfficeScreen(screen);
  };

  test('a manager signs in at the provider, stays signed in, and signs out there, too', async () => {
    const address = `${new URL(system.urlOf('staff')).origin}/office`;
    const screen = await screens.open(`${address}?lang=en`, { size: { width: 1280, height: 900 } });
    const { page } = screen;
    await page.click('#sign-in');
    await page.getByRole('button', { name: /^manager:/ }).click();
    await page.getByRole('button', { name: 'Allow' }).click();
    const isLive = async () => (await screen.status()) === 'live';
    await until(isLive, { ...patience, what: 'the office is live for the person' });
    // Neither the code nor a token is left in the address, which people copy.
    expect(page.url()).toBe(`${address}?lang=en`);
    expect(await screen.text('#store')).toBe('Berlin');

    const access = () => page.evaluate(`JSON.parse(sessionStorage.getItem('person')).access`);
    const before = await access();
    await page.evaluate(`sessionStorage.setItem('person',
      JSON.stringify({ ...JSON.parse(sessionStorage.getItem('person')), endsAt: 0 }))`);
    await page.reload();
    await until(isLive, { ...patience, what: 'the office is live with a new token' });
    expect(await access()).not.toBe(before);

    await page.click('#sign-out');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForSelector('#sign-in:visible');
    expect(await page.evaluate(`sessionStorage.getItem('person')`)).toBeNull();
    expect(await screen.violations()).toEqual([]);
    // The session at the provider is over as well, so it asks again who signs in.
    await page.click('#sign-in');
    await page.getByRole('button', { name: /^admin:/ }).waitFor();
  });

  test('an admin whose account is bound to no store chooses one', async () => {
    const token = await system.tokenFor({ role: 'admin', subject: 'office-admin' });
    const url = `${new URL(system.urlOf('staff')).origin}/office?lang=en#token=${token}`;
    const screen = await screens.open(url, { size: { width: 1280, height: 900 } });
    await screen.page.getByRole('link', { name: 'Dr. Burger Berlin', exact: true }).click();
    await until(async () => (await screen.status()) === 'live', { ...patience, what: 'the office is live' });
    expect(new URL(screen.page.url()).searchParams.get('store')).toBe(demoStore);
    expect(await screen.text('#store')).toBe('Berlin');
  });

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

  test('a manager sets the hours of a day, and lets the usual ones hold again', async () => {
    const office = await open('manager');
    await office.turnTo('Hours');
    await office.field('Day').last().fill('2031-05-17');
    await office.field('What guests are told').last().fill('Stocktaking');
    await office.press('Save the day');
    await office.shows('Stocktaking', '#exceptions');
    expect(await office.screen.violations()).toEqual([]);
    await office.press('2031-05-17: as usual');
    await office.says('Saved.');
    await until(async () => !(await office.screen.text('#exceptions')).includes('2031-05-17'), patience);
  });

  test('an admin opens a store, changes it and closes it for good; a manager is offered none of it', async () => {
    const office = await open('admin');
    await office.turnTo('Stores');
    await office.shows('Dr. Burger Hamburg', '#stores');
    const name = `Dr. Burger Testdorf ${Date.now()}`;
    const typed = {
      'Name of the new store': name,
      'Street and number': 'Dorfstraße 1',
      'Postal code': '12345',
      Town: 'Testdorf',
      'Degrees north': '52.1',
      'Degrees east': '13.2',
      Monday: '11:00 – 22:00',
      Sunday: 'noon to night',
    };
    for (const [label, value] of Object.entries(typed)) await office.field(label).fill(value);
    await office.press('Open the store');
    await office.says('Sunday: these hours cannot be read');
    expect(await office.screen.violations()).toEqual([]);
    await office.field('Sunday').fill('');
    await office.press('Open the store');
    await office.says(`${name} belongs to the chain`);
    await office.screen.page.getByRole('link', { name }).click();
    await until(async () => (await office.screen.status()) === 'live', { ...patience, what: 'its office is live' });
    await office.turnTo('Hours');
    await until(async () => (await office.field('Monday').inputValue()) === '11:00 – 22:00', patience);
    await office.turnTo('Store');
    await office.field('Degrees north').fill('52.2');
    await office.screen.page.getByRole('checkbox', { name: 'Delivery' }).uncheck();
    await office.press('Save name and address');
    await office.says('Saved.');
    await office.turnTo('Store');
    await until(async () => (await office.field('Degrees north').inputValue()) === '52.2', patience);
    expect(await office.screen.page.getByRole('checkbox', { name: 'Delivery' }).isChecked()).toBe(false);
    await office.press('Close for good');
    await office.press('Close for good', office.dialog);
    await office.says('is closed for good');
    await office.shows('is closed for good', '#closed-store');
    await office.turnTo('Stores');
    await office.shows('Dr. Burger Hamburg', '#stores');
    expect(await office.screen.text('#stores')).not.toContain(name);

    const manager = await open('manager');
    expect(await manager.panes()).not.toContain('Stores');
    await manager.turnTo('Store');
    await manager.shows('Taxes', '#store-terms');
    expect(await manager.screen.page.getByRole('button', { name: 'Close for good' }).count()).toBe(0);
  });

  test('an admin sees what a burger uses up, and changes it', async () => {
    const office = await open('admin');
    await office.turnTo('Recipes');
    await office.press('Recipe of Cheeseburger');
    const editor = office.screen.page.getByRole('form', { name: 'Recipe of Cheeseburger' });
    const options = editor.locator('select option:not([value=""])');
    const more = await until(async () => (await options.allInnerTexts())[0], patience);
    await editor.getByRole('combobox').selectOption({ label: more });
    await editor.getByLabel('Amount').fill('3');
    await office.press('Save', editor);
    await office.says('The recipe of Cheeseburger is saved.');
    const added = editor.getByLabel(more);
    await until(async () => (await added.count()) === 1 && (await added.inputValue()) === '3', patience);
    expect(await office.screen.violations()).toEqual([]);
    await added.fill('0');
    await office.press('Save', editor);
    await until(async () => (await editor.locator('option', { hasText: more }).count()) === 1, patience);
  });

  test('an admin says how far a store delivers and what it is called; a manager sees it, and taxes are not theirs', async () => {
    const office = await open('admin');
    await office.turnTo('Store');
    const distances = async (...rows: string[][]) => {
      for (const [index, [distance = '', fee = '']] of rows.entries()) {
        await office.field(`${index + 1}. up to (km)`).fill(distance);
        await office.field(`${index + 1}. fee (EUR)`).fill(fee);
      }
      await office.press('Save area and fees');
    };
    await distances(['3', '2.50'], ['1,5', '1']);
    await office.says('Saved.');
    await office.shows('up to 1.5 km', '#store-terms');
    await distances(['near', '1']);
    await office.says('cannot be read');
    expect(await office.screen.violations()).toEqual([]);
    const manager = await open('manager');
    await manager.turnTo('Store');
    await manager.shows('up to 3 km', '#store-terms');
    expect(await manager.screen.page.getByRole('button', { name: /Save (area|taxes)/ }).count()).toBe(0);
    const name = await manager.field('Name of the store').inputValue();
    await manager.field('Name of the store').fill(`${name} Mitte`);
    await manager.press('Save name and address');
    await manager.says('Saved.');
    await office.turnTo('Store');
    await until(async () => (await office.field('Name of the store').inputValue()) === `${name} Mitte`, patience);
    await distances([], []);
    await office.shows('As the chain delivers', '#store-terms');
    await office.field('Name of the store').fill(name);
    await office.press('Save name and address');
    await office.says('Saved.');
    await office.turnTo('Store');
    await until(async () => (await office.field('Name of the store').inputValue()) === name, patience);
    await office.press('Save taxes');
    await office.says('Saved.');
  });

  test('a manager says who brings the orders of the store; what cannot be is said, and kept', async () => {
    const office = await open('manager');
    const chosen = (name: string) => office.screen.page.locator(`#carriers select[name=${name}]`);
    await office.turnTo('Store');
    await chosen('choice').selectOption('CHEAPEST');
    await office.press('Save who brings the orders');
    await office.says('Name at least one partner');
    await chosen('partner-1').selectOption('VELO');
    await chosen('partner-2').selectOption('STADTBOTE');
    await office.press('Save who brings the orders');
    await office.says('Saved.');
    await office.turnTo('Today');
    await office.turnTo('Store');
    await until(async () => (await chosen('partner-2').inputValue()) === 'STADTBOTE', patience);
    expect(await chosen('choice').inputValue()).toBe('CHEAPEST');
    expect(await office.screen.violations()).toEqual([]);
    // Other scenarios share the store: its own couriers are asked alone again.
    await chosen('choice').selectOption('OWN_COURIERS');
    await chosen('partner-1').selectOption('');
    await chosen('partner-2').selectOption('');
    await office.press('Save who brings the orders');
    await office.says('Saved.');
  });

  test('what admins see besides fits a telephone, by light and by dark', async () => {
    const office = await open('admin');
    const { page } = office.screen;
    await page.setViewportSize({ width: 400, height: 800 });
    for (const pane of ['Recipes', 'Store', 'Stores', 'Support', 'Parked']) {
      await office.turnTo(pane);
      await until(async () => (await page.getByRole('region', { name: pane, exact: true }).count()) === 1, patience);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await office.screen.violations(), `${pane}, ${colorScheme}`).toEqual([]);
      }
      expect(await office.isWithin(), pane).toBe(true);
    }
  });
});
