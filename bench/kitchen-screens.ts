import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { chromium, type Browser, type Page } from 'playwright-core';
import { StartupError } from '#platform/config/startupError.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { commandLine } from '../scripts/system/commandLine.ts';

endOnError('bench:kitchen-screens');
const { settings: flags } = commandLine({
  name: 'bench:kitchen-screens',
  does: 'two kitchen displays of a store, in Chromium: how soon the second shows what is tapped on the first.',
  flags: {
    '--first <address>': 'of the channel of staff that serves the first display, such as http://localhost:4008',
    '--second <address>': 'of the process that serves the second (the same)',
    '--kiosk <address>': 'of the kiosk channel, at which orders are placed, such as http://localhost:4003',
    '--store <id>': 'of the store',
    '--item <id>': 'of an item that needs no choice and can be ordered there',
    '--orders <n>': 'how many are placed (12)',
  },
  more: `On a system that runs already, without simulation. KITCHEN_TOKEN and KIOSK_TOKEN are tokens of the store ("token:for" in development). Each order is started and made ready on the first display; prints
the milliseconds from the tap until the second shows it, and between the two displays when an order is new.`,
  examples: [
    'bench:kitchen-screens --first http://10.0.0.1:4008 --second http://10.0.0.2:4008 --kiosk http://10.0.0.1:4003 --store <id> --item <id>',
  ],
});

const given = (name: string, value: string | undefined): string => {
  if (!value) throw new StartupError(`${name} is missing: --help tells what it is.`);
  return value;
};
const flag = (name: keyof typeof flags): string => given(`--${name.toLowerCase()}`, flags[name]);
const [first, kiosk, store, item] = [flag('FIRST'), flag('KIOSK'), flag('STORE'), flag('ITEM')];
const kitchenToken = given('KITCHEN_TOKEN', process.env['KITCHEN_TOKEN']);
const kioskToken = given('KIOSK_TOKEN', process.env['KIOSK_TOKEN']);

const document = readFileSync(new URL('../bffs/kiosk/operations/placeOrder.graphql', import.meta.url));
const documentId = createHash('sha256').update(document).digest('hex');
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
try {
  await measure(browser);
} finally {
  await browser.close();
}

async function measure(launched: Browser): Promise<void> {
  const open = async (address: string): Promise<Page> => {
    const page = await (await launched.newContext()).newPage();
    await page.goto(`${address}/kitchen?lang=en#token=${kitchenToken}`);
    await page.getByText('Live', { exact: true }).waitFor();
    return page;
  };
  const tapped = await open(first);
  const watched = await open(flags['SECOND'] ?? first);
  const times: Record<string, number[]> = { 'new, between both': [], Start: [], Ready: [] };
  for (let order = 0; order < Number(flags['ORDERS'] ?? 12); order += 1) {
    const number = await placeOrder();
    const ticket = (page: Page) => page.locator('article', { has: page.locator(`h3:text-is("${number}")`) });
    const button = (page: Page, name: string) => ticket(page).getByRole('button', { name, exact: true });
    const shown = async (page: Page): Promise<number> => {
      await ticket(page).waitFor();
      return performance.now();
    };
    const [one, other] = await Promise.all([shown(tapped), shown(watched)]);
    times['new, between both']!.push(Math.abs(one - other));
    for (const [name, next] of [
      ['Start', 'Ready'],
      ['Ready', 'Hand over'],
    ] as const) {
      await button(tapped, name).waitFor();
      // A second touch at once would be taken for a bouncing finger.
      await pause(700);
      const began = performance.now();
      await Promise.all([button(tapped, name).click(), button(watched, next).waitFor()]);
      times[name]!.push(performance.now() - began);
    }
  }
  for (const [what, all] of Object.entries(times)) {
    const sorted = all.sort((a, b) => a - b).map(Math.round);
    console.log(
      `${what.padEnd(18)} ${sorted.length} times, median ${sorted[sorted.length >> 1]} ms, most ${sorted.at(-1)} ms`,
    );
  }
}

async function placeOrder(): Promise<number> {
  const input = {
    storeId: store,
    service: 'KIOSK',
    lines: [{ menuItemId: item, quantity: 1 }],
    payment: { methodToken: 'tok_visa' },
    idempotencyKey: randomUUID(),
  };
  const answer = await fetch(`${kiosk}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${kioskToken}` },
    body: JSON.stringify({ documentId, variables: { input } }),
  });
  const text = await answer.text();
  const { data } = JSON.parse(text) as { data?: { placeOrder: { order?: { number: number } } } };
  if (!data?.placeOrder.order) throw new StartupError(`no order was placed: ${text.slice(0, 300)}`);
  return data.placeOrder.order.number;
}
