import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContext } from 'playwright-core';
import { describe } from 'vitest';

const executablePath = '/usr/bin/chromium';

/**
 * As `describe`; where there is no Chromium the tests are skipped, by name, saying why. In CI they are not, and fail.
 */
export function describeInChromium(name: string, tests: () => void): void {
  const lacking = `Chromium is missing: no ${executablePath} (apt-get install chromium)`;
  if (!existsSync(executablePath) && !process.env['CI']) describe.skip(`${name} (skipped: ${lacking})`, tests);
  else describe(name, tests);
}

const options = {
  executablePath,
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

/** A Chromium of the system, without a window, that asks nothing of anybody by itself. */
export const launchChromium = (): Promise<Browser> => chromium.launch(options);

/** Such a Chromium with a profile in this folder: what pages keep outlasts it. */
export const openProfile = (folder: string): Promise<BrowserContext> =>
  chromium.launchPersistentContext(folder, { ...options, locale: 'en-GB' });
