import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';

export type List = 'preparing' | 'ready';

/** The order board on a screen, as one who stands before it sees it. */
export class BoardScreen {
  readonly page: Page;
  /** Addresses of everything that the page asked for. */
  readonly requests: string[] = [];
  readonly problems: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on('request', (request) => this.requests.push(request.url()));
    page.on('websocket', (socket) => this.requests.push(socket.url()));
    page.on('pageerror', (error) => this.problems.push(String(error)));
  }

  /** `before` is a script that runs in the page before its own. */
  static async open(
    browser: Browser,
    url: string,
    size = { width: 1920, height: 1080 },
    before = '',
  ): Promise<BoardScreen> {
    const context = await browser.newContext({ viewport: size, timezoneId: 'America/New_York', locale: 'en-GB' });
    await context.addInitScript(before);
    return BoardScreen.begin(context, url);
  }

  /** Opens it in a browser that is there for it alone, and closes with it. */
  static async begin(context: BrowserContext, url: string): Promise<BoardScreen> {
    const screen = new BoardScreen(await context.newPage());
    await screen.page.goto(url);
    // A reload removes this mark, by which `isTheSame` knows it.
    await screen.page.evaluate(() => {
      Object.assign(globalThis, { stillTheSame: true });
    });
    return screen;
  }

  numbers = async (list: List): Promise<number[]> =>
    (await this.page.locator(`#${list} li`).allTextContents()).map(Number);

  text = (selector: string): Promise<string> => this.page.locator(selector).innerText();

  status = async (): Promise<string> => (await this.page.locator('body').getAttribute('data-status')) ?? '';

  isTheSame = (): Promise<boolean> => this.page.evaluate(() => 'stillTheSame' in globalThis);

  /** What axe finds once all colours have come to rest, by its rules' names, with the place. */
  async violations(): Promise<string[]> {
    await this.page.evaluate('Promise.allSettled(document.getAnimations().map(({ finished }) => finished))');
    await this.page.evaluate(axe.source);
    const { violations } = (await this.page.evaluate('axe.run()')) as axe.AxeResults;
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  }

  /**
   * Of each number on the screen, in parts of the screen's height: how high its digits are, and its place within its
   * list.
   */
  measured(): Promise<{ digits: number; isWhole: boolean }[]> {
    // The script is text, because it runs in the browser, whose types are not known here.
    return this.page.evaluate(`[...document.querySelectorAll('li')].map((item) => {
      const range = document.createRange();
      range.selectNodeContents(item);
      const [text, list] = [range.getBoundingClientRect(), item.parentElement.getBoundingClientRect()];
      const pen = document.createElement('canvas').getContext('2d');
      const { fontWeight, fontSize, fontFamily } = getComputedStyle(item);
      pen.font = [fontWeight, fontSize, fontFamily].join(' ');
      const isWhole = text.left >= list.left && text.right <= list.right && item.getBoundingClientRect().bottom <= list.bottom + 1 && text.right <= innerWidth;
      return { digits: pen.measureText(item.textContent).actualBoundingBoxAscent / innerHeight, isWhole };
    })`);
  }

  /** Whether the page may ask something of another host. */
  mayAsk(url: string): Promise<boolean> {
    return this.page.evaluate(`new Promise((resolve) => {
      addEventListener('securitypolicyviolation', () => resolve(false), { once: true });
      fetch(${JSON.stringify(url)}).then(() => resolve(true), () => setTimeout(() => resolve(true), 1000));
    })`);
  }

  close = (): Promise<void> => this.page.context().close();
}
