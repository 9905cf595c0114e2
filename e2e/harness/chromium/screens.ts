import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { BoardScreen } from './boardScreen.ts';
import { launchChromium } from './chromium.ts';

/** How a page is opened: the size of its window, and a script that runs in it before its own. */
export interface Opening {
  readonly size?: { readonly width: number; readonly height: number };
  readonly before?: string;
}

export interface Screens {
  open(url: string, how?: Opening): Promise<BoardScreen>;
  /** Opens the page in a browser that is there for it alone, and closes with it. */
  openIn(context: BrowserContext, url: string): Promise<BoardScreen>;
}

/**
 * A Chromium for the tests of a `describe`, and the pages that they open in it. After each test its pages are closed,
 * and the test fails if one of them had an error.
 */
export function screensInChromium(): Screens {
  let browser: Browser | undefined;
  const screens: BoardScreen[] = [];
  const kept = (screen: BoardScreen): BoardScreen => {
    screens.push(screen);
    return screen;
  };
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterEach(async () => {
    const problems = screens.flatMap((screen) => screen.problems);
    await Promise.all(screens.splice(0).map((screen) => screen.close()));
    expect(problems).toEqual([]);
  });
  afterAll(() => browser?.close());
  return {
    open: async (url, { size, before } = {}) => kept(await BoardScreen.open(browser!, url, size, before)),
    openIn: async (context, url) => kept(await BoardScreen.begin(context, url)),
  };
}
