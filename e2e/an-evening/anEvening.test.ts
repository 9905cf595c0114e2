import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  AcceptJobDocument,
  OpenJobsDocument,
  ReportDeliveryStatusDocument,
  SetAvailabilityDocument,
} from '#generated/bffs/delivery/operations.ts';
import { OrderBoardDocument, PlaceOrderDocument as PlaceAtKiosk } from '#generated/bffs/kiosk/operations.ts';
import {
  AccountDocument,
  AddAddressDocument,
  PlaceOrderDocument as PlaceOnPhone,
  RegisterDocument,
} from '#generated/bffs/mobile/operations.ts';
import {
  OrderRecordDocument,
  RefundPaymentDocument,
  SetOpeningExceptionDocument,
  StockItemDocument,
} from '#generated/bffs/staff/operations.ts';
import { AccountPageDocument, PlaceOrderDocument as PlaceOnWeb } from '#generated/bffs/web/operations.ts';
import { startTcpProxy, type TcpProxy } from '#platform/testkit/tcpProxy.ts';
import { until } from '#platform/testkit/until.ts';
import type { SubgraphDefinition } from '#platform/subgraph/defineSubgraph.ts';
import { idOfKey } from '#schema/import/idOfKey.ts';
import { importCommand } from '../../scripts/system/transfer/importCommand.ts';
import { readFolder } from '#schema/import/reading/readFolder.ts';
import { ledgerOf } from '../harness/ledgerOf.ts';
import { orderOf } from '../harness/placing.ts';
import { startTestSystem, type TestSystem } from '../harness/startTestSystem.ts';
import { describeInChromium } from '../harness/chromium/chromium.ts';
import { screensInChromium } from '../harness/chromium/screens.ts';
import { KitchenScreen } from './kitchenScreen.ts';
import { OfficeScreen } from './officeScreen.ts';

const patience = { timeoutMs: 60_000 };
const store = idOfKey('store', 'berlin-mitte');
const item = (key: string): string => idOfKey('item', key);
const courierSubject = '0198b6c2-5d10-7c3e-9a51-0c2f6f1d2a01';
/** Of the example chain, as docs/running-a-chain.md has a manager bring it in. */
const folder = fileURLToPath(new URL('../../docs/example-chain', import.meta.url));

describeInChromium('a chain run by its people', () => {
  let system: TestSystem;
  let proxy: TcpProxy;
  const screens = screensInChromium();

  beforeAll(async () => {
    system = await startTestSystem({ empty: true });
    proxy = await startTcpProxy({ port: Number(new URL(system.urlOf('staff')).port) });
  });
  afterEach(() => proxy.restore());
  afterAll(() => proxy?.close());

  const staff = (role: 'kitchen' | 'manager' | 'admin') => system.client('staff', { role, store });
  const openKitchen = async ({ port = Number(new URL(system.urlOf('staff')).port), subject = 'pass' } = {}) => {
    const token = await system.tokenFor({ role: 'kitchen', store, subject });
    const screen = await screens.open(`http://127.0.0.1:${port}/kitchen#token=${token}`);
    await until(async () => (await screen.status()) === 'live', { ...patience, what: 'the kitchen display is live' });
    return new KitchenScreen(screen);
  };
  const openOffice = async ({ width = 1280, as = 'manager' as 'manager' | 'admin', subject = 'boss' } = {}) => {
    const token = await system.tokenFor({ role: as, store, subject });
    const url = `${new URL(system.urlOf('staff')).origin}/office?store=${store}#token=${token}`;
    const screen = await screens.open(url, { size: { width, height: 900 } });
    await until(async () => (await screen.status()) === 'live', { ...patience, what: 'the office is live' });
    return new OfficeScreen(screen);
  };
  const input = <Over extends object>(
    service: 'KIOSK' | 'TAKEAWAY' | 'DELIVERY',
    lines: { menuItemId: string; quantity: number }[],
    over?: Over,
  ) => ({
    storeId: store,
    service,
    lines,
    payment: { methodToken: 'tok_visa' },
    idempotencyKey: randomUUID(),
    ...over,
  });
  const record = async (orderId: string) => (await staff('admin').ask(OrderRecordDocument, { orderId })).order!;
  const stockOf = async (key: string) =>
    (await staff('manager').ask(StockItemDocument, { storeId: store, ingredientId: idOfKey('ingredient', key) }))
      .stockItem;
  const register = async (channel: 'mobile' | 'web', subject: string) => {
    const customer = system.client(channel, { role: 'customer', subject });
    const { register: registered } = await customer.ask(RegisterDocument, {
      input: {
        idempotencyKey: randomUUID(),
        givenName: 'Robin',
        familyName: 'Guest',
        email: `${subject}@example.com`,
        locale: 'EN',
      },
    } as never);
    expect(registered.__typename).toBe('RegisterSuccess');
    return customer;
  };
  const completed = (orderId: string) =>
    until(async () => (await record(orderId)).status === 'COMPLETED', { ...patience, what: 'the order is completed' });

  async function importExample(): Promise<void> {
    const printed: string[] = [];
    await importCommand({
      read: readFolder(folder),
      domains: await Promise.all(
        ['stores', 'menu', 'inventory', 'delivery'].map(async (name) => {
          const { default: definition } = (await import(`../../subgraphs/${name}/src/main.ts`)) as {
            default: SubgraphDefinition;
          };
          return { domain: system.subgraph(name).domain, transfer: definition.transfer! };
        }),
      ),
      dryRun: false,
      print: (line) => printed.push(line),
    });
    expect(printed.join('\n')).toMatch(/stores +2 new/);
  }

  test('the first store is opened in the office, and sells nothing that has a recipe before a delivery', async () => {
    const token = await system.tokenFor({ role: 'admin', subject: 'founder' });
    const url = `${new URL(system.urlOf('staff')).origin}/office?lang=en#token=${token}`;
    const screen = await screens.open(url, { size: { width: 1280, height: 900 } });
    const office = new OfficeScreen(screen);
    await office.shows('The chain has no store yet.');
    const typed = {
      'Name of the new store': 'First',
      'Street and number': 'Dorfstraße 1',
      Town: 'Testdorf',
      'Country, such as DE': 'DE',
      'Currency, such as EUR': 'EUR',
      'Degrees north': '52.1',
      'Degrees east': '13.2',
      'Time zone': 'Europe/Berlin',
      Monday: '11:00 – 22:00',
    };
    for (const [label, value] of Object.entries(typed)) await office.field(label).fill(value);
    await office.press('Open the store');
    await office.says('A rate is missing');
    for (const rate of await screen.page.locator('[name^="rate-"]').all()) await rate.fill('19');
    expect(await screen.violations()).toEqual([]);
    await office.press('Open the store');
    await until(async () => (await screen.status()) === 'live' && (await screen.text('#store')) === 'First', patience);
    const first = new URL(screen.page.url()).searchParams.get('store')!;
    await importExample();
    const soldOut = async () => {
      const sql = `SELECT 1 FROM unavailability WHERE store_id = $1 AND reason = 'OUT_OF_STOCK'`;
      return (await system.subgraph('menu').domain.pool.query(sql, [first])).rowCount!;
    };
    await until(async () => (await soldOut()) !== 0, patience);
  });

  test('one evening: opened, ordered three ways, cooked by the screen, sold out, delivered, refunded', async () => {
    const office = await openOffice();
    await office.turnTo('Hours');
    await office.field('Day').fill(new Date().toLocaleDateString('sv-SE', { timeZone: 'Europe/Berlin' }));
    await office.field('Open').fill('00:00 – 00:00');
    await office.press('Save the day');
    await office.says('Saved.');
    await office.shows('Open', '#ordering');
    // Cheddar for two cheeseburgers is all there is tonight.
    await office.turnTo('Stock');
    await office.press('Correct Cheddar slice');
    await office.dialog.getByRole('spinbutton').fill('2');
    await office.press('Correct', office.dialog);
    await office.says('Cheddar slice is corrected by -398.');
    expect(await stockOf('cheddar')).toMatchObject({ onHand: 2 });
    await office.turnTo('Today');
    // What a role may not do is refused by the graph, whatever its page shows.
    const refused = await staff('kitchen').mutate(RefundPaymentDocument, {
      input: { orderId: randomUUID(), idempotencyKey: randomUUID() },
    });
    expect(refused.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);

    const kitchen = await openKitchen();
    const kiosk = system.client('kiosk', { role: 'kiosk', store });
    const phone = await register('mobile', randomUUID());
    const web = await register('web', randomUUID());
    const added = await phone.ask(AddAddressDocument, {
      input: {
        idempotencyKey: randomUUID(),
        address: {
          line1: 'Linienstraße 1',
          postalCode: '10178',
          city: 'Berlin',
          country: 'DE',
          position: { latitude: 52.5275, longitude: 13.405 },
        },
        makeDefault: true,
      },
    } as never);
    if (added.addAddress.__typename !== 'AddAddressSuccess') throw new Error(JSON.stringify(added));
    const addressVersionId = added.addAddress.address.current.id;

    // The first guest, at the kiosk, takes the last cheddar.
    const first = await until(
      async () => {
        const lines = [{ menuItemId: item('cheeseburger'), quantity: 2 }];
        const { placeOrder } = await kiosk.ask(PlaceAtKiosk, { input: input('KIOSK', lines) });
        // The price list of a new store reaches the menu a moment after the import.
        return placeOrder.__typename === 'PlaceOrderSuccess' ? placeOrder.order : undefined;
      },
      { ...patience, what: 'the first order' },
    );
    await kitchen.sees(first!.number, 'to-make');
    await until(async () => (await office.figure('Confirmed')) === '1', { ...patience, what: 'the office counts it' });
    await office.shows('Cheddar', '#low');

    // The second, on the phone, wants one, too: sold out. Fries, then.
    const onPhone = (key: string) =>
      phone.ask(PlaceOnPhone, {
        input: input('DELIVERY', [{ menuItemId: item(key), quantity: 2 }], { addressVersionId }),
      });
    await until(async () => (await onPhone('cheeseburger')).placeOrder.__typename === 'OrderItemUnavailable', {
      ...patience,
      what: 'cheeseburgers are sold out',
    });
    const second = orderOf((await onPhone('fries')).placeOrder);
    // The third, on the web, takes a burger away.
    const third = orderOf(
      (await web.ask(PlaceOnWeb, { input: input('TAKEAWAY', [{ menuItemId: item('classic-burger'), quantity: 1 }]) }))
        .placeOrder,
    );

    await office.shows('Cheeseburger', '#sold-out');
    for (const { number } of [first!, second, third]) await kitchen.cook(number);
    for (const { number, id } of [first!, third]) {
      await kitchen.handOver(number);
      await completed(id);
    }
    // The kitchen has nothing to tap on a delivery that is ready: its courier comes.
    expect(await kitchen.ticket(second.number).getByRole('button').count()).toBe(0);
    const courier = system.client('delivery', { role: 'courier', subject: courierSubject });
    await courier.ask(SetAvailabilityDocument, { available: true });
    const job = await until(
      async () => (await courier.ask(OpenJobsDocument, {})).openJobs?.find((each) => each.readyForPickup),
      { ...patience, what: 'the job' },
    );
    await office.turnTo('Couriers');
    await office.shows('Nobody has taken these yet', '#couriers');
    await courier.ask(AcceptJobDocument, { deliveryId: job!.id });
    await office.turnTo('Couriers');
    await office.shows('Kim', '#couriers');
    for (const status of ['PICKED_UP', 'DELIVERED'] as const) {
      const { reportDeliveryStatus } = await courier.ask(ReportDeliveryStatusDocument, {
        input: { deliveryId: job!.id, status },
      });
      expect(reportDeliveryStatus.__typename).toBe('ReportDeliveryStatusSuccess');
    }
    await completed(second.id);
    await kitchen.isGone(second.number);

    // The third guest comes back with a cold burger: an apology of one euro does not do, so they get all of it.
    await until(async () => ((await web.ask(AccountPageDocument, {})).me?.loyalty?.balance ?? 0) > 0, {
      ...patience,
      what: 'points of the third guest',
    });
    await office.find(third.number);
    await office.press('Pay back');
    await office.dialog.getByLabel('Amount to pay back (EUR)').fill('1,00');
    await office.press('Pay back', office.dialog);
    await office.says(`€1.00 of order ${third.number} are paid back.`);
    await office.shows('€1.00 paid back', '#order');
    await office.press('Pay back');
    await office.press('Pay back', office.dialog);
    await office.says(`of order ${third.number} are paid back.`);
    await office.shows('paid back, €', '#order');

    // Books, board, stock and points at the end.
    const books = async ({ id }: { id: string }) => (await ledgerOf(system.provider, id)).map(({ kind }) => kind);
    expect(await books(first!)).toEqual(['authorisation', 'capture']);
    expect(await books(second)).toEqual(['authorisation', 'capture']);
    expect(await books(third)).toEqual(['authorisation', 'capture', 'refund', 'refund']);
    const { orderBoard } = await kiosk.ask(OrderBoardDocument, { storeId: store });
    expect(orderBoard).toMatchObject({ preparing: [], ready: [] });
    expect(await stockOf('cheddar')).toMatchObject({ onHand: 0, reserved: 0, consumed: 2 });
    expect(await stockOf('bun')).toMatchObject({ onHand: 397, reserved: 0, consumed: 3 });
    expect(await stockOf('potatoes')).toMatchObject({ onHand: 59_700, reserved: 0, consumed: 300 });
    await until(async () => ((await phone.ask(AccountDocument, {})).me?.loyalty?.balance ?? 0) > 0, patience);
    await until(async () => (await web.ask(AccountPageDocument, {})).me?.loyalty?.balance === 0, patience);
    expect(await kitchen.numbers('to-make')).toEqual([]);
    expect(await kitchen.screen.violations()).toEqual([]);
    await office.turnTo('Today');
    await until(async () => (await office.figure('Completed')) === '3', { ...patience, what: 'the office counts all' });
    expect(await office.figure('Under way')).toBe('0');
    expect(await office.screen.violations()).toEqual([]);
  }, 240_000);

  const fries = async () => {
    const kiosk = system.client('kiosk', { role: 'kiosk', store });
    const lines = [{ menuItemId: item('fries'), quantity: 1 }];
    return orderOf((await kiosk.ask(PlaceAtKiosk, { input: input('KIOSK', lines) })).placeOrder);
  };

  test('cut off, a kitchen keeps what was tapped, and it is done once when the line is back', async () => {
    // The second screen is connected to another process of the channel.
    const port = Number(new URL(await system.replicaInDevelopment('staff')).port);
    const [cut, other] = [await openKitchen({ port: proxy.port }), await openKitchen({ port, subject: 'grill' })];
    await cut.screen.page.evaluate(
      `(() => { globalThis.tones = 0; const made = AudioContext.prototype.createOscillator;
        AudioContext.prototype.createOscillator = function () { globalThis.tones += 1; return made.call(this); }; })()`,
    );
    const order = await fries();
    await Promise.all([cut, other].map((screen) => screen.sees(order.number, 'to-make')));
    expect(await cut.screen.page.evaluate('globalThis.tones')).toBeGreaterThan(0);
    proxy.cut();
    await until(async () => (await cut.screen.status()) === 'reconnecting', patience);
    await cut.tap(order.number, 'Start');
    await cut.offers(order.number, 'Ready');
    // Longer than a finger bounces.
    await sleep(600);
    await cut.tap(order.number, 'Ready');
    await cut.sees(order.number, 'ready');
    expect(await cut.screen.text('#unsent')).toBe('2 taps not sent yet');
    expect(await cut.screen.text('#status')).toMatch(/^Reconnecting since/);
    expect(await cut.screen.violations()).toEqual([]);
    await other.offers(order.number, 'Start');
    proxy.restore();
    await cut.isSent();
    await other.sees(order.number, 'ready');
    expect((await record(order.id)).timeline.map(({ status }) => status)).toEqual([
      'PLACED',
      'CONFIRMED',
      'PREPARING',
      'READY',
    ]);
    // Something is missing: another screen takes it back, and a key makes it ready again.
    await other.tap(order.number, 'Recall');
    await cut.sees(order.number, 'to-make');
    await cut.offers(order.number, 'Ready');
    await cut.screen.page.keyboard.press('1');
    await other.sees(order.number, 'ready');
    await other.offers(order.number, 'Hand over');
    await sleep(600);
    await other.tap(order.number, 'Hand over');
    await Promise.all([cut, other].map((screen) => screen.isGone(order.number)));
    await completed(order.id);
    expect((await ledgerOf(system.provider, order.id)).map(({ kind }) => kind)).toEqual(['authorisation', 'capture']);
  }, 180_000);

  test('turns an order down with a reason, shows a station its own lines, and asks for a token', async () => {
    const kitchen = await openKitchen();
    const order = await fries();
    await kitchen.sees(order.number, 'to-make');
    expect(await kitchen.ticket(order.number).innerText()).toContain('1 × Fries');
    const station = (name: string) => kitchen.screen.page.locator('#stations').getByRole('button', { name });
    await station('Sides').click();
    await kitchen.sees(order.number, 'to-make');
    await station('All').click();
    await kitchen.tap(order.number, 'Reject');
    expect(await kitchen.screen.violations()).toEqual([]);
    await kitchen.screen.page.getByRole('button', { name: 'Too much to do' }).click();
    await kitchen.isGone(order.number);
    await until(async () => (await record(order.id)).reason === 'KITCHEN_TOO_BUSY', patience);

    const url = `${new URL(system.urlOf('staff')).origin}/kitchen`;
    const strange = await screens.open(`${url}#token=${await system.tokenFor({ role: 'courier' })}`);
    await until(async () => (await strange.text('#setup')).includes('not for this page'), patience);
    expect(await strange.violations()).toEqual([]);
    expect(await strange.page.locator('article').count()).toBe(0);
    expect(await strange.mayAsk('https://example.com/')).toBe(false);
  });

  test('the office sells out, cancels, tells a stale edit, and shows each role what it may do', async () => {
    const office = await openOffice();
    const kiosk = system.client('kiosk', { role: 'kiosk', store });
    const order = await fries();
    await office.turnTo('Menu');
    await office.press('Cola: sold out');
    await office.says('Cola is off the menu.');
    const cola = { input: input('KIOSK', [{ menuItemId: item('cola'), quantity: 1 }]) };
    expect((await kiosk.ask(PlaceAtKiosk, cola)).placeOrder.__typename).toBe('OrderItemUnavailable');
    await office.press('Cola: put back');
    await office.says('Cola is on the menu again.');
    expect(await office.panes()).toEqual(['Today', 'Orders', 'Menu', 'Stock', 'Hours', 'Store', 'Couriers', 'Screens']);
    expect(await office.screen.page.getByRole('button', { name: /^Price/ }).count()).toBe(0);

    await office.find(order.number);
    await office.press('Cancel order');
    await office.press('Cancel order', office.dialog);
    await office.says(`Order ${order.number} is cancelled.`);
    expect(await record(order.id)).toMatchObject({ status: 'CANCELLED', reason: 'CANCELLED_BY_STAFF' });

    await office.turnTo('Hours');
    await office.field('Most orders under way').fill('30');
    const meanwhile = await staff('admin').ask(SetOpeningExceptionDocument, {
      input: { storeId: store, date: '2099-12-24', intervals: [], note: 'Christmas Eve' },
    });
    expect(meanwhile.result.__typename).toBe('SetOpeningExceptionSuccess');
    await office.press('Save the limit');
    await office.says('Somebody else changed this meanwhile (openingExceptions)');
    await office.shows('Christmas Eve', '#exceptions');
    await office.field('Most orders under way').fill('30');
    await office.press('Save the limit');
    await office.says('Saved.');
    await office.field('What guests are told').first().fill('The fryer is broken.');
    await office.press('Pause ordering');
    await office.shows('No orders are taken: The fryer is broken.', '#ordering');
    await office.press('Take orders again');
    await office.shows('Orders are taken.', '#ordering');

    const boss = await openOffice({ as: 'admin', width: 400 });
    await boss.turnTo('Menu');
    await boss.field('Name of the draft').fill('Autumn');
    await boss.press('New draft');
    await boss.shows('Autumn', '#drafts');
    await boss.press('Price of Fries');
    await boss.dialog.getByLabel('Price (EUR)').fill('3,30');
    await boss.dialog.getByLabel('When').selectOption({ label: 'With the draft “Autumn”' });
    await boss.press('Set price', boss.dialog);
    await boss.shows('1 edit', '#drafts');
    expect(await boss.row('Fries').innerText()).not.toContain('€3.30');
    await boss.press('Publish Autumn');
    await until(async () => (await boss.row('Fries').innerText()).includes('€3.30'), patience);
  }, 240_000);

  test('the office fits a telephone, by light and by dark, without a mouse', async () => {
    const office = await openOffice({ width: 400 });
    const { page } = office.screen;
    await fries();
    for (const pane of await office.panes()) {
      await page.getByRole('navigation').getByRole('button', { name: pane, exact: true }).focus();
      await page.keyboard.press('Enter');
      await until(async () => (await page.getByRole('region', { name: pane, exact: true }).count()) === 1, {
        ...patience,
        what: pane,
      });
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await office.screen.violations(), `${pane}, ${colorScheme}`).toEqual([]);
      }
      expect(await office.isWithin(), pane).toBe(true);
    }
    expect(await office.screen.mayAsk('https://example.com/')).toBe(false);
    const token = await system.tokenFor({ role: 'kitchen', store });
    const cook = await screens.open(`${new URL(system.urlOf('staff')).origin}/office#token=${token}`);
    await until(async () => (await cook.text('#setup')).includes('may not use this page'), patience);
    expect(await cook.violations()).toEqual([]);
    expect(await cook.page.getByRole('navigation').count()).toBe(0);
  }, 240_000);
});
