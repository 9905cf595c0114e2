import type { Locator } from 'playwright-core';
import { until } from '#platform/testkit/until.ts';
import type { BoardScreen } from '../harness/chromium/boardScreen.ts';

const patience = { timeoutMs: 30_000 };

/** A kitchen display, worked as cooks do: by what they see on the glass. */
export class KitchenScreen {
  readonly screen: BoardScreen;

  constructor(screen: BoardScreen) {
    this.screen = screen;
  }

  ticket = (number: number): Locator =>
    this.screen.page.locator('article', { has: this.screen.page.locator(`h3:text-is("${number}")`) });

  /** The numbers of a list, in their order on the screen. */
  numbers = async (list: 'to-make' | 'ready'): Promise<number[]> =>
    (await this.screen.page.locator(`#${list} h3`).allTextContents()).map(Number);

  sees = (number: number, list: 'to-make' | 'ready'): Promise<unknown> =>
    until(async () => (await this.numbers(list)).includes(number), {
      ...patience,
      what: `number ${number} in ${list}`,
    });

  isGone = (number: number): Promise<unknown> =>
    until(async () => (await this.ticket(number).count()) === 0, { ...patience, what: `number ${number} gone` });

  /** Touches a button of a ticket. A touch right after another is taken for a bouncing finger, and does nothing. */
  async tap(number: number, button: string): Promise<void> {
    await this.ticket(number).getByRole('button', { name: button, exact: true }).click();
  }

  /** Hands an order over: touches the ticket until it is gone. */
  async handOver(number: number): Promise<void> {
    await this.offers(number, 'Hand over');
    const button = this.ticket(number).getByRole('button', { name: 'Hand over', exact: true });
    await until(
      async () => {
        await button.click({ timeout: 500 }).catch(() => undefined);
        return (await this.ticket(number).count()) === 0;
      },
      { ...patience, intervalMs: 100, what: `number ${number} gone` },
    );
  }

  offers = (number: number, button: string): Promise<unknown> =>
    until(async () => (await this.ticket(number).getByRole('button', { name: button, exact: true }).count()) === 1, {
      ...patience,
      what: `${button} for number ${number}`,
    });

  /** Everything is sent, and the graph has answered. */
  isSent = (): Promise<unknown> =>
    until(async () => (await this.screen.text('#unsent')) === '', { ...patience, what: 'all taps are sent' });

  /** Cooks an order to the end of the kitchen's part: started, ready. */
  async cook(number: number): Promise<void> {
    await this.sees(number, 'to-make');
    await this.tap(number, 'Start');
    await this.offers(number, 'Ready');
    await this.isSent();
    // A second touch at once would be taken for a bouncing finger.
    await until(
      async () => {
        await this.tap(number, 'Ready').catch(() => undefined);
        return (await this.numbers('ready')).includes(number);
      },
      { ...patience, what: `number ${number} is ready` },
    );
    await this.isSent();
  }
}
