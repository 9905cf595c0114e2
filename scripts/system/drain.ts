import { setTimeout as pause } from 'node:timers/promises';
import type { PlatformSettings } from '#platform/config/settings.ts';
import type { Teardown } from './teardown.ts';

/** The default in production, where a load balancer checks every few seconds whether a service is ready. */
const productionSeconds = 5;

/**
 * When the process is told to stop, calls `begin`, by which a server reports that it is not ready any more, and lets it
 * serve for DRAIN_SECONDS before anything is stopped.
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
