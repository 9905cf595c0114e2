import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { OrderScreenDocument } from '#generated/bffs/kiosk/operations.ts';
import { EnrolDeviceDocument, RevokeDeviceDocument } from '#generated/bffs/staff/operations.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { startTcpProxy, type TcpProxy } from '#platform/testkit/tcpProxy.ts';
import { until } from '#platform/testkit/until.ts';
import { handOver, markReady, startPreparation } from '../harness/staffDocuments.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import type { ChannelClient } from '../harness/channelClient.ts';
import { demoStore, type TestSystem } from '../harness/startTestSystem.ts';
import { describeInChromium, openProfile } from '../harness/chromium/chromium.ts';
import { screensInChromium } from '../harness/chromium/screens.ts';
import { Guest } from './guest.ts';

const patience = { timeoutMs: 30_000 };
const portrait = { width: 1080, height: 1920 };

describeInChromium('a guest at the kiosk in Chromium', () => {
  let system: TestSystem;
  let proxy: TcpProxy;
  let kiosk: ChannelClient;
  let kitchen: ChannelClient;
  let token: string;
  const screens = screensInChromium();

  beforeAll(async () => {
    system = await sharedSystem();
    kiosk = system.client('kiosk', { role: 'kiosk' });
    kitchen = system.client('gateway', { role: 'kitchen' });
    proxy = await startTcpProxy({ port: Number(new URL(system.urlOf('kiosk')).port) });
    token = await system.tokenFor({ role: 'kiosk', subject: 'kiosk-page' });
  });
  afterEach(() => proxy.restore());
  afterAll(() => proxy?.close());

  /** A kiosk with a terminal that reads this card, as what runs the browser on the device puts it into the page. */
  const open = async (card = 'tok_visa'): Promise<Guest> => {
    const url = `http://127.0.0.1:${proxy.port}/order?lang=en#token=${token}`;
    const terminal = `globalThis.paymentTerminal = {
      requestToken: (amount) => { globalThis.asked = amount; return Promise.resolve(${JSON.stringify(card)}); },
    };`;
    const screen = await screens.open(url, { size: portrait, before: terminal });
    return new Guest(screen);
  };
  const step = (document: typeof markReady, orderId: string) =>
    until(async () => (await kitchen.ask(document, { orderId })).result.__typename.endsWith('Success'), patience);
  /** The order on the screen, as the graph has it. */
  const placedOrder = async (guest: Guest) => {
    const orderId = await guest.page.evaluate(`JSON.parse(sessionStorage.getItem('order-guest')).order.id`);
    return (await kiosk.ask(OrderScreenDocument, { orderId: orderId as string })).order!;
  };
  const isFine = async (guest: Guest) => {
    expect(await guest.smallTargets()).toEqual([]);
    expect(await guest.screen.violations()).toEqual([]);
  };

  test('a meal with choices, extras in two languages, paid, and followed until it is collected', async () => {
    const guest = await open();
    await guest.is('start');
    await isFine(guest);
    await guest.tap('Eat here', 'Sides');
    await guest.sees('#section-name', 'Sides');
    await isFine(guest);
    await guest.tap('DE');
    await guest.sees('#section-name', 'Beilagen');
    await guest.tap('Burger');
    await guest.tile('Cheeseburger').click();
    await guest.sees('#item-allergens', /Enthält.*Gluten/);
    await isFine(guest);
    await guest.tap('EN', 'One more: Cheeseburger', /^Add to basket/);
    await guest.sees('#basket', 'Basket: 2 · €12.80');
    await guest.tap('Allergens', 'Milk');
    await isFine(guest);
    await guest.tap('Close');
    expect(await guest.tile('Cheeseburger').innerText()).toContain('Contains Milk');

    await guest.tap('Meals');
    await guest.page.locator('.tile:enabled').first().click();
    await guest.is('item');
    // Each choice takes the mark from its group, so that the first marked one is always the next.
    const lacking = guest.page.locator('fieldset.lacking');
    for (let left = await lacking.count(); left > 0; left -= 1) {
      await lacking.first().getByRole('button').and(guest.page.locator(':enabled')).first().click();
      await until(async () => (await lacking.count()) < left, { what: 'the choice counts' });
    }
    await guest.sees('#add', 'Add to basket');
    await guest.tap(/^Add to basket/);
    await guest.tap(/^Basket: 3/);
    await isFine(guest);
    const total = await guest.screen.text('#total');
    await guest.tap('Pay');
    await guest.sees('#to-pay', `${total} to pay`);
    await isFine(guest);
    await guest.tap('Pay by card');
    await guest.is('placed');
    await guest.sees('#order-status', 'The kitchen has your order');
    await isFine(guest);
    const order = await placedOrder(guest);
    expect(order).toMatchObject({ number: await guest.number(), service: 'DINE_IN' });
    expect(order.lines.map(({ quantity }) => quantity)).toEqual([2, 1]);
    const { amount, currency, exponent } = order.total;
    expect(await guest.page.evaluate('globalThis.asked')).toEqual({ amount, currency, exponent });
    await step(startPreparation, order.id);
    await guest.sees('#order-status', 'being made');
    await step(markReady, order.id);
    await guest.sees('#order-status', 'ready');
    await step(handOver, order.id);
    await guest.sees('#order-status', 'Enjoy your meal!');
    await guest.tap('Done');
    await guest.is('start');
    expect(new Set(guest.screen.requests.map((url) => new URL(url).host))).toEqual(
      new Set([`127.0.0.1:${proxy.port}`]),
    );
    expect(await guest.screen.mayAsk('https://example.com/')).toBe(false);
  });

  test('cut off while choosing: the menu stays, says so, and the order goes on when the line is back', async () => {
    const guest = await open();
    await guest.tap('Eat here', 'Burgers');
    await guest.tile('Cheeseburger').waitFor();
    proxy.cut();
    await guest.sees('#notice', /No connection. You see the menu of \d+ \w+ at \d\d:\d\d/);
    await guest.tile('Cheeseburger').click();
    await guest.tap(/^Add to basket/, /^Basket: 1/);
    await guest.sees('.sheet', 'Your basket is kept');
    expect(await guest.button('Pay').isDisabled()).toBe(true);
    await isFine(guest);
    proxy.restore();
    await until(() => guest.button('Pay').isEnabled(), patience);
    await guest.tap('Pay', 'Pay by card');
    await guest.is('placed');
    expect((await placedOrder(guest)).lines).toHaveLength(1);
  });

  test('cut off just when the order was sent: it is sent again by its key, over a reload, and placed once', async () => {
    const guest = await open();
    await guest.tap('Eat here', 'Burgers');
    await guest.tile('Cheeseburger').click();
    await guest.tap(/^Add to basket/, /^Basket: 1/, 'Pay');
    await guest.is('pay');
    const ids: string[] = [];
    // The graph carries the order out, and the answer is lost on the way back.
    await guest.page.route('**/graphql', async (route) => {
      const isOrder = route.request().postData()?.includes('mutation PlaceOrder');
      if (!isOrder) return route.continue();
      const { data } = (await (await route.fetch()).json()) as {
        data: { placeOrder: { order: { id: string } } };
      };
      ids.push(data.placeOrder.order.id);
      if (ids.length < 3) await route.abort('connectionreset');
      else await route.fulfill({ json: { data } });
    });
    await guest.tap('Pay by card');
    await guest.is('sending');
    await until(() => ids.length > 0, patience);
    await guest.page.reload();
    await guest.is('placed');
    expect(ids.length).toBe(3);
    expect(new Set(ids).size).toBe(1);
    expect((await placedOrder(guest)).id).toBe(ids[0]);
  });

  test('a declined card is told, and the basket is still there; a guest who went leaves nothing behind', async () => {
    const guest = await open('tok_declined');
    await guest.tap('Take away', 'Burgers');
    await guest.tile('Cheeseburger').click();
    await guest.tap(/^Add to basket/, /^Basket: 1/, 'Pay', 'Pay by card');
    await guest.sees('#order-status', 'declined');
    await guest.tap('Change the order or pay again');
    await guest.sees('#total', '€6.40');
    await guest.page.clock.install();
    await guest.page.clock.fastForward(91_000);
    await guest.sees('#asking', 'Are you still there?');
    await isFine(guest);
    await guest.tap('Yes, go on');
    await guest.sees('#total', '€6.40');
    await guest.page.clock.fastForward(106_000);
    await guest.is('start');
    expect(await guest.page.evaluate(`JSON.parse(sessionStorage.getItem('order-guest')).lines`)).toEqual([]);
  });

  test('a kiosk enrols itself by a code, sells after a restart without a token, and ends when it is revoked', async () => {
    const manager = system.client('gateway', { role: 'manager' });
    const folder = temporaryFolder('profile');
    const start = async (): Promise<Guest> => {
      const url = `http://127.0.0.1:${proxy.port}/order?lang=en`;
      const screen = await screens.openIn(await openProfile(folder), url);
      return new Guest(screen);
    };
    const codeOf = async (guest: Guest): Promise<string> => {
      await until(() => guest.page.locator('#code').isVisible(), patience);
      return guest.screen.text('#code');
    };
    const first = await start();
    const code = await codeOf(first);
    await isFine(first);
    const { result } = await manager.ask(EnrolDeviceDocument, {
      input: { idempotencyKey: code, storeId: demoStore, userCode: code, name: 'Kiosk by the door' },
    });
    if (result.__typename !== 'EnrolDeviceSuccess') throw new Error(result.__typename);
    await first.sees('#store', 'Berlin');
    await until(async () => !(await first.page.locator('#setup').isVisible()), patience);
    await first.screen.close();

    const again = await start();
    await again.tap('Eat here', 'Burgers');
    await again.tile('Cheeseburger').click();
    await again.tap(/^Add to basket/, /^Basket: 1/, 'Pay');
    await again.sees('#to-pay', 'to pay');
    await manager.ask(RevokeDeviceDocument, { input: { idempotencyKey: code, deviceId: result.device.id } });
    expect(await codeOf(again)).not.toBe(code);
  });
});
