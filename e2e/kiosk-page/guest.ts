import type { Locator, Page } from 'playwright-core';
import { until } from '#platform/testkit/until.ts';
import type { BoardScreen } from '../harness/chromium/boardScreen.ts';

const patience = { timeoutMs: 30_000 };

/** A guest at the kiosk, who only taps, and knows only what is on the glass. */
export class Guest {
  readonly screen: BoardScreen;

  constructor(screen: BoardScreen) {
    this.screen = screen;
  }

  get page(): Page {
    return this.screen.page;
  }

  button = (name: string | RegExp): Locator =>
    this.page.getByRole('button', { name, ...(typeof name === 'string' && { exact: true }) });

  /** Taps, in this order, what has these names. */
  async tap(...names: (string | RegExp)[]): Promise<void> {
    for (const name of names) await this.button(name).first().click();
  }

  tile = (name: string): Locator => this.page.locator('.tile', { has: this.page.locator(`.name:text-is("${name}")`) });

  sees = (selector: string, text: string | RegExp): Promise<unknown> =>
    until(
      async () => {
        const shown = (await this.page.locator(selector).allTextContents()).join(' ');
        return typeof text === 'string' ? shown.includes(text) : text.test(shown);
      },
      { ...patience, what: `${String(text)} in ${selector}` },
    );

  is = (view: string): Promise<unknown> =>
    until(async () => (await this.page.locator('body').getAttribute('data-view')) === view, {
      ...patience,
      what: `the view ${view}`,
    });

  number = async (): Promise<number> => Number(await this.screen.text('#number'));

  /** Buttons that a finger could miss: less than 48 px wide or high. */
  smallTargets(): Promise<string[]> {
    // The script is text, because it runs in the browser, whose types are not known here.
    return this.page.evaluate(`[...document.querySelectorAll('button')]
      .filter((each) => { const { width, height } = each.getBoundingClientRect(); return width > 0 && (width < 48 || height < 48); })
      .map((each) => each.outerHTML)`);
  }
}
