import type { Locator } from 'playwright-core';
import { until } from '#platform/testkit/until.ts';
import type { BoardScreen } from '../harness/chromium/boardScreen.ts';

const patience = { timeoutMs: 30_000 };

/** The back office, worked as managers do: by what they see and press. */
export class OfficeScreen {
  readonly screen: BoardScreen;

  constructor(screen: BoardScreen) {
    this.screen = screen;
  }

  /** Turns to a part of the office. */
  turnTo = (pane: string): Promise<void> =>
    this.screen.page.getByRole('navigation').getByRole('button', { name: pane, exact: true }).click();

  /** The parts that this member of staff is offered. */
  panes = (): Promise<string[]> => this.screen.page.getByRole('navigation').getByRole('button').allInnerTexts();

  /** The field with this label in the part of the office that is shown. */
  field = (label: string): Locator => this.screen.page.getByLabel(label, { exact: true }).filter({ visible: true });

  get dialog(): Locator {
    return this.screen.page.getByRole('dialog');
  }

  /** Looks an order of today up by its number, and opens it. */
  async find(number: number): Promise<void> {
    await this.turnTo('Orders');
    await this.field('Number').fill(String(number));
    await this.press('Search');
    await this.press(`Order ${number}`);
    await this.shows(`Order ${number}`, '#order');
  }

  press = (name: string, within: Locator = this.screen.page.locator('main')): Promise<void> =>
    within.getByRole('button', { name, exact: true }).filter({ visible: true }).click();

  row = (text: string): Locator => this.screen.page.locator('li:visible', { hasText: text });

  figure = async (name: string): Promise<string | undefined> => {
    const tile = this.screen.page.locator('.tiles div', { has: this.screen.page.locator(`dt:text-is("${name}")`) });
    return (await tile.count()) === 0 ? undefined : tile.locator('dd').innerText();
  };

  shows = (text: string, selector = 'main'): Promise<unknown> =>
    until(async () => (await this.screen.text(selector)).includes(text), {
      ...patience,
      what: `the office shows "${text}"`,
    });

  /** Waits for an outcome, and until the part that is shown has been drawn anew with it. */
  async says(text: string): Promise<void> {
    await this.shows(text, '#notice');
    const busy = this.screen.page.locator('[aria-busy="true"]');
    await until(async () => (await busy.count()) === 0, { ...patience, what: 'the office has drawn what it read' });
  }

  /** Whether everything is within the width of the screen. */
  isWithin = (): Promise<boolean> => this.screen.page.evaluate('document.documentElement.scrollWidth <= innerWidth');
}
