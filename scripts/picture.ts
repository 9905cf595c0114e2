import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { StartupError } from '#platform/config/startupError.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { channels } from '#schema/channels.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { root } from './generate/task.ts';
import { commandLine, type Command } from './system/commandLine.ts';
import { platformSettings } from '#platform/config/settings.ts';

const output = 'docs/board-kitchen-office.png';
const executablePath = '/usr/bin/chromium';
const size = { width: 1280, height: 720 };
const largest = 200_000;

endOnError('picture');
const command: Command = {
  name: 'picture',
  does: `takes the README's picture of the order board, the kitchen display and the office, ${output}, of the system that "start" runs with SIMULATION=off. It places orders in the first store of the seed, and works on some.`,
  settings: platformSettings.pick({ DATA_DIR: true, PORT_BASE: true }),
  examples: ['picture', 'picture --port-base 24000 --data-dir /tmp/demo'],
};
const { settings: flags } = commandLine(command);
const base = Number(flags['PORT_BASE'] ?? process.env['PORT_BASE'] ?? platformSettings.parse({}).PORT_BASE);
const urlOf = (channel: string): string =>
  `http://localhost:${base + channels.find(({ name }) => name === channel)!.port}`;

const tokenFor = (role: string): string =>
  execFileSync(process.execPath, ['--import', 'tsx', 'scripts/tokenFor.ts', role], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ...(flags['DATA_DIR'] ? { DATA_DIR: flags['DATA_DIR'] } : {}) },
  }).trim();
const tokens = { kiosk: tokenFor('kiosk'), staff: tokenFor('kitchen') };
const admin = tokenFor('admin');

async function ask<Data>(channel: keyof typeof tokens, query: string, variables: object): Promise<Data> {
  const response = await fetch(`${urlOf(channel)}/graphql`, {
    method: 'POST',
    body: JSON.stringify({ query, variables }),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens[channel]}` },
  });
  const { data, errors } = (await response.json()) as { data?: Data; errors?: unknown };
  if (!data) throw new StartupError(`${channel} answers ${JSON.stringify(errors)}`);
  return data;
}

/** Places an order of these items at the kiosk. */
async function place(items: readonly string[]): Promise<string> {
  const { placeOrder } = await ask<{ placeOrder: { order?: { id: string }; message?: string } }>(
    'kiosk',
    `mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { __typename ... on PlaceOrderSuccess { order { id } } } }`,
    {
      input: {
        storeId: seedId('store', 1),
        service: 'KIOSK',
        lines: items.map((item, at) => ({ menuItemId: seedId('menuItem', item), quantity: 1 + (at % 2) })),
        payment: { methodToken: 'tok_visa' },
        idempotencyKey: randomUUID(),
      },
    },
  );
  if (!placeOrder.order) throw new StartupError(`an order was not taken: ${JSON.stringify(placeOrder)}`);
  return placeOrder.order.id;
}

/** Sends a step of the kitchen, again and again until the order is ready for it. */
async function step(mutation: 'startPreparation' | 'markReady', orderId: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const { result } = await ask<{ result: { __typename: string } }>(
      'staff',
      `mutation ($orderId: ID!) { result: ${mutation}(orderId: $orderId) { __typename } }`,
      { orderId },
    );
    if (result.__typename.endsWith('Success')) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new StartupError(`the kitchen may not take ${mutation}`);
}

/** Takes a page once it shows what was done: that its stream is live comes before what it tells. */
async function shot(browser: Browser, url: string, shown: string): Promise<string> {
  const page = await browser.newPage({ viewport: size, locale: 'en-GB' });
  await page.goto(url);
  await page.waitForSelector('body[data-status="live"]');
  await page.waitForSelector(shown);
  await page.evaluate('Promise.allSettled(document.getAnimations().map(({ finished }) => finished))');
  return `data:image/png;base64,${(await page.screenshot()).toString('base64')}`;
}

const orders: string[] = [];
for (const items of [
  ['cheeseburger'],
  ['currywurst'],
  ['cheeseburger', 'still-water'],
  ['still-water', 'cheeseburger'],
  ['still-water', 'currywurst', 'cheeseburger'],
])
  orders.push(await place(items));
for (const orderId of orders.slice(0, 3)) await step('startPreparation', orderId);
for (const orderId of orders.slice(0, 2)) await step('markReady', orderId);
const browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu'] });
try {
  const shots = [
    await shot(browser, `${urlOf('kiosk')}/board?lang=en#token=${tokens.kiosk}`, '#ready:not(.empty)'),
    await shot(browser, `${urlOf('staff')}/kitchen?lang=en#token=${tokens.staff}`, 'article'),
    await shot(
      browser,
      `${urlOf('staff')}/office?lang=en&store=${seedId('store', 1)}#token=${admin}`,
      ':text("Corn on the Cob")',
    ),
  ];
  const page = await browser.newPage({ viewport: { width: 1400, height: 280 } });
  await page.setContent(
    `<body style="display:flex;gap:12px;margin:0;padding:8px;background:#fff">${shots
      .map((src) => `<img width="453" src="${src}">`)
      .join('')}</body>`,
  );
  const file = join(root, output);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, await page.screenshot());
  if (statSync(file).size > largest) throw new StartupError(`${output} is larger than ${largest} bytes.`);
  console.log(`${output}: ${statSync(file).size} bytes`);
} finally {
  await browser.close();
}
