import { setTimeout as pause } from 'node:timers/promises';
import type { PlatformSettings } from '#platform/config/settings.ts';
import type { Teardown } from './teardown.ts';

/** Of one that is behind a balancer in production; it looks every few seconds. */
const productionSeconds = 5;

/**
 * Lets what serves say that it will not for long, by `begin`, and serve on for DRAIN_SECONDS, before anything is
 * stopped.
 */
export function drainBefore(
  teardown: Teardown,
  { PROFILE, DRAIN_SECONDS }: Pick<PlatformSettings, 'PROFILE' | 'DRAIN_SECONDS'>,
  begin: () => void,
): void {
  const seconds = DRAIN_SECONDS ?? (PROFILE === 'production' ? productionSeconds : 0);
  teardown.drainFirst('drain', async () => {
    begin();
    await pause(seconds * 1_000);
  });
}
