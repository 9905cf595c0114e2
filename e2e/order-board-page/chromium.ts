import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const executablePath = '/usr/bin/chromium';

/** Where there is none, what needs one is skipped; in CI it fails. */
export const isChromiumMissing = !existsSync(executablePath) && !process.env['CI'];

/** A Chromium of the system, without a window, that asks nothing of anybody by itself. */
export const launchChromium = (): Promise<Browser> => chromium.launch({
  executablePath,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
