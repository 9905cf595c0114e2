import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { OrderBoardDocument, PlaceOrderDocument } from '#generated/bffs/kiosk/operations.ts';
import { EnrolDeviceDocument, RevokeDeviceDocument } from '#generated/bffs/staff/operations.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { startTcpProxy, type TcpProxy } from '#platform/testkit/tcpProxy.ts';
import { until } from '#platform/testkit/until.ts';
import type { ChannelClient } from '../harness/channelClient.ts';
import { orderInput } from '../harness/placing.ts';
import { handOver, markReady, startPreparation } from '../harness/staffDocuments.ts';
import { demoStore, startTestSystem, type TestSystem } from '../harness/startTestSystem.ts';
import type { BoardScreen } from '../harness/chromium/boardScreen.ts';
import { describeInChromium, openProfile } from '../harness/chromium/chromium.ts';
import { screensInChromium } from '../harness/chromium/screens.ts';

const patience = { timeoutMs: 30_000 };
/** Long enough for the page to fail to connect again and again. */
const cutOffFor = 10_000;

describeInChromium('the order board in Chromium', () => {
  let system: TestSystem;
  let kiosk: ChannelClient;
  let kitchen: ChannelClient;
  let proxy: TcpProxy;
  let token: string;
  const screens = screensInChromium();

  beforeAll(async () => {
    system = await startTestSystem({ channels: ['kiosk'] });
    kiosk = system.client('kiosk', { role: 'kiosk' });
    kitchen = system.client('gateway', { role: 'kitchen' });
    proxy = await startTcpProxy({ port: Number(new URL(system.urlOf('kiosk')).port) });
    token = await system.tokenFor({ role: 'kiosk', subject: 'wall' });
  });
  afterEach(() => proxy.restore());
  afterAll(() => proxy?.close());

  const open = async (hash = `#token=${token}`, size?: { width: number; height: number }): Promise<BoardScreen> => {
    const screen = await screens.open(`http://127.0.0.1:${proxy.port}/board${hash}`, { size });
    return screen;
  };
  const place = async () => {
    const { placeOrder } = await kiosk.ask(PlaceOrderDocument, { input: orderInput('KIOSK') });
    if (placeOrder.__typename !== 'PlaceOrderSuccess') throw new Error(placeOrder.__typename);
    return { orderId: placeOrder.order.id, number: placeOrder.order.number };
  };
  const step = async (document: typeof markReady, order: { orderId: string }) => {
    await until(
      async () => (await kitchen.ask(document, { orderId: order.orderId })).result.__typename.endsWith('Success'),
      patience,
    );
  };
  const makeReady = async (order: { orderId: string }) => {
    await step(startPreparation, order);
    await step(markReady, order);
  };
  /** The board as the graph has it; the order that became ready last comes first. */
  const truth = async () => {
    const { orderBoard } = await kiosk.ask(OrderBoardDocument, { storeId: demoStore });
    return {
      preparing: orderBoard!.preparing.map(({ number }) => number),
      ready: orderBoard!.ready.map(({ number }) => number).reverse(),
    };
  };
  const shows = async (screen: BoardScreen) => ({
    preparing: await screen.numbers('preparing'),
    ready: await screen.numbers('ready'),
  });
  const isRight = (screen: BoardScreen) =>
    until(
      async () => {
        expect(await shows(screen)).toEqual(await truth());
        return (await screen.status()) === 'live';
      },
      { ...patience, what: 'the board is right' },
    );

  test('shows orders as they move: being prepared, ready, collected', async () => {
    const screen = await open();
    const order = await place();
    await until(async () => (await screen.numbers('preparing')).includes(order.number), patience);
    expect(await screen.status()).toBe('live');
    await makeReady(order);
    await until(async () => (await screen.numbers('ready'))[0] === order.number, patience);
    expect(await screen.page.locator('#announcer').textContent()).toBe(`Number ${order.number} is ready.`);
    await step(handOver, order);
    await until(async () => !(await screen.numbers('ready')).includes(order.number), patience);
    await isRight(screen);
    expect(await screen.text('#store')).toContain('Berlin');
    // By the store's clock, not the screen's.
    const clock = () =>
      new Date().toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'Europe/Berlin' });
    await until(async () => (await screen.text('#clock')) === clock());
    expect(screen.page.url()).toBe(`http://127.0.0.1:${proxy.port}/board`);
    expect(new Set(screen.requests.map((url) => new URL(url).host))).toEqual(new Set([`127.0.0.1:${proxy.port}`]));
    expect(await screen.mayAsk('https://example.com/')).toBe(false);
  });

  test('cut off while orders move: says since when, keeps what it had, and is right again without a reload', async () => {
    const screen = await open();
    const [first, second] = [await place(), await place()];
    // Either may be confirmed first.
    await until(async () => {
      const shown = await screen.numbers('preparing');
      return [first, second].every(({ number }) => shown.includes(number));
    }, patience);
    const before = await shows(screen);
    proxy.cut();
    const end = Date.now() + cutOffFor;
    await until(
      async () => /^Reconnecting since \d\d:\d\d – the numbers may be out of date$/.test(await screen.text('#status')),
      patience,
    );
    const since = await screen.text('#status');
    const isCutOff = async () =>
      expect([await screen.text('#status'), await screen.status(), await shows(screen)]).toEqual([
        since,
        'reconnecting',
        before,
      ]);
    await makeReady(first);
    await makeReady(second);
    await step(handOver, first);
    for (const steps of [[], [makeReady], [makeReady, (order: { orderId: string }) => step(handOver, order)]]) {
      const order = await place();
      for (const next of steps) await next(order);
      await isCutOff();
    }
    await sleep(end - Date.now());
    expect(await truth()).not.toEqual(before);
    await isCutOff();
    expect(await screen.violations()).toEqual([]);
    proxy.restore();
    await isRight(screen);
    expect(await screen.text('#status')).toBe('Live');
    expect(await screen.isTheSame()).toBe(true);
  }, 180_000);

  test('outlasts the channel: stopped, moved on without it, and begun again, twice', async () => {
    const screen = await open();
    await isRight(screen);
    for (let round = 0; round < 2; round += 1) {
      const order = await place();
      await until(async () => (await screen.numbers('preparing')).includes(order.number), patience);
      const { back } = await system.stopChannel('kiosk');
      await until(async () => (await screen.status()) === 'reconnecting', patience);
      await makeReady(order);
      expect(await screen.numbers('preparing')).toContain(order.number);
      await back();
      await isRight(screen);
      expect(await screen.numbers('ready')).toContain(order.number);
    }
    expect(await screen.isTheSame()).toBe(true);
  });

  test('asks for a token, refuses a bad one, and takes a good one', async () => {
    const screen = await open('');
    await until(() => screen.page.locator('#setup').isVisible());
    expect(await screen.violations()).toEqual([]);
    const give = async (text: string) => {
      await screen.page.getByLabel('Device token').fill(text);
      await screen.page.getByRole('button').click();
    };
    await give('nonsense');
    await until(async () => (await screen.text('#setup')).includes('is not accepted'), patience);
    await give(token);
    await isRight(screen);
    expect(await screen.page.locator('#setup').isVisible()).toBe(false);
    // Kept over a reload, for this screen.
    await screen.page.reload();
    await isRight(screen);
  });

  test('enrols itself by a code that the manager enters, is the same after a restart, and ends when it is revoked', async () => {
    const manager = system.client('gateway', { role: 'manager' });
    const folder = temporaryFolder('profile');
    const start = async (): Promise<BoardScreen> => {
      const screen = await screens.openIn(await openProfile(folder), `http://127.0.0.1:${proxy.port}/board`);
      return screen;
    };
    const codeOf = async (screen: BoardScreen): Promise<string> => {
      await until(() => screen.page.locator('#code').isVisible(), patience);
      return screen.text('#code');
    };
    const screen = await start();
    const code = await codeOf(screen);
    expect(await screen.violations()).toEqual([]);
    const { result } = await manager.ask(EnrolDeviceDocument, {
      input: { idempotencyKey: code, storeId: demoStore, userCode: code, name: 'Wall' },
    });
    if (result.__typename !== 'EnrolDeviceSuccess') throw new Error(result.__typename);
    await isRight(screen);
    expect(await screen.page.locator('#setup').isVisible()).toBe(false);
    await screen.close();

    const again = await start();
    await isRight(again);
    // The key signs, and cannot be taken away.
    expect(
      await again.page.evaluate(`new Promise((resolve, reject) => {
        const opening = indexedDB.open('drburger');
        opening.onsuccess = () => {
          const request = opening.result.transaction('device').objectStore('device').get('this');
          request.onsuccess = () => crypto.subtle.exportKey('jwk', request.result.keys.privateKey).then(
            () => resolve('exported'), (error) => resolve(error.name));
          request.onerror = reject;
        };
      })`),
    ).toBe('InvalidAccessError');
    await manager.ask(RevokeDeviceDocument, { input: { idempotencyKey: code, deviceId: result.device.id } });
    expect(await codeOf(again)).not.toBe(code);
    expect(await again.status()).toBe('unset');
  });

  test('is readable from afar and by everybody: nothing cut off, digits of at least 8 vh, no violation that axe knows', async () => {
    const orders = await Promise.all(Array.from({ length: 20 }, place));
    await makeReady(orders[0]!);
    const wide = await open();
    await isRight(wide);
    expect(await wide.violations()).toEqual([]);
    const numbers = await wide.measured();
    expect(numbers.length).toBeGreaterThan(10);
    expect(numbers.filter(({ digits, isWhole }) => digits < 0.08 || !isWhole)).toEqual([]);
    // Where they do not fit, they come round.
    const narrow = await open(undefined, { width: 640, height: 480 });
    const seen = new Set<number>();
    const all = (await truth()).preparing;
    await until(async () => {
      for (const number of await narrow.numbers('preparing')) seen.add(number);
      return seen.size === all.length;
    }, patience);
    expect(await narrow.text('#preparing .pages')).toMatch(/^\d \/ \d$/);
    expect((await narrow.measured()).filter(({ isWhole }) => !isWhole)).toEqual([]);
    expect(await narrow.violations()).toEqual([]);
  });
});
