import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { AccountPageDocument, RegisterDocument } from '#generated/bffs/web/operations.ts';
import { until } from '#platform/testkit/until.ts';
import { describeInChromium } from '../harness/chromium/chromium.ts';
import { screensInChromium } from '../harness/chromium/screens.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import type { TestSystem } from '../harness/startTestSystem.ts';

const patience = { timeoutMs: 30_000 };

describeInChromium('the office in Chromium, for support', () => {
  let system: TestSystem;
  const customerId = uuidv7();
  const email = `grace.${customerId}@example.com`;
  const screens = screensInChromium();

  beforeAll(async () => {
    system = await sharedSystem();
    const input = {
      idempotencyKey: randomUUID(),
      givenName: 'Grace',
      familyName: 'Hopper',
      email,
      locale: 'EN',
    } as const;
    const customer = system.client('web', { role: 'customer', subject: customerId });
    expect((await customer.ask(RegisterDocument, { input })).register.__typename).toBe('RegisterSuccess');
  });

  test('support finds a customer, acts for them for a while, and ends that; the customer is shown it', async () => {
    const token = await system.tokenFor({ role: 'support', subject: 'support-page' });
    const url = `${new URL(system.urlOf('staff')).origin}/office?lang=en#token=${token}`;
    const screen = await screens.open(url, { size: { width: 1280, height: 900 } });
    const { page } = screen;
    // Who works for no store is offered nothing of one.
    await page.getByLabel('E-mail address of the customer').fill('nobody@example.com');
    expect(await page.getByRole('navigation').getByRole('button').count()).toBe(0);
    await page.getByRole('button', { name: 'Find the customer' }).click();
    await page.getByText('No customer has this e-mail address.').waitFor();

    await page.getByLabel('E-mail address of the customer').fill(email);
    await page.getByRole('button', { name: 'Find the customer' }).click();
    await page.getByText('Nothing was done for this customer.').waitFor();
    expect(await page.locator('main').innerText()).not.toContain('Hopper');
    await page.getByLabel('Why').selectOption('NOT_RECEIVED');
    await page.getByRole('button', { name: 'Begin', exact: true }).click();
    await page.getByText('Somebody acted for them: something did not arrive').waitFor();

    const acting = await page.getByLabel('Token for their app or website').inputValue();
    const status = async (): Promise<number> => {
      const response = await fetch(system.urlOf('web'), {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${acting}` },
        body: JSON.stringify({ query: '{ __typename }' }),
      });
      return response.status;
    };
    expect(await status()).toBe(200);
    const customer = system.client('web', { role: 'customer', subject: customerId });
    const shown = async () => (await customer.ask(AccountPageDocument, {})).me?.supportActions[0];
    expect(await shown()).toMatchObject({ kind: 'SESSION', role: 'SUPPORT', reason: 'NOT_RECEIVED' });

    await page.getByRole('button', { name: 'End it now' }).click();
    await until(async () => (await status()) === 401, { ...patience, what: 'the session is over' });
    expect(await page.locator('#session').innerText()).toBe('');
    expect(Date.parse((await shown())!.endsAt!)).toBeLessThanOrEqual(Date.now());
    expect(await screen.violations()).toEqual([]);
  });
});
