import type { Logger } from 'pino';
import { NotAvailableAtStart } from '#platform/config/startupError.ts';
import { isInfrastructureFailure } from '#platform/events/failure.ts';
import { backoffMs, pause } from '#platform/events/pause.ts';

/** Runs a part of the start, and runs it again if it fails for a reason that may pass. */
export type Patiently = <T>(attempt: () => Promise<T>) => Promise<T>;

/**
 * Patience for one start of a service: whatever it rests on may come up after it, or restart meanwhile. All parts of
 * the start share the time, `START_PATIENCE_SECONDS` from now. Each failed try is logged with its reason, and the last
 * one rejects with it. A failure that cannot pass (a wrong setting, a migration that was edited) rejects at once.
 */
export function patience(
  { START_PATIENCE_SECONDS }: { readonly START_PATIENCE_SECONDS: number },
  log: Pick<Logger, 'warn'>,
): Patiently {
  const deadline = performance.now() + START_PATIENCE_SECONDS * 1_000;
  return async (attempt) => {
    for (let failures = 0; ; failures += 1) {
      try {
        return await attempt();
      } catch (error) {
        const pauseMs = backoffMs(failures, 250, 5_000);
        if (!mayPass(error) || performance.now() + pauseMs > deadline) throw error;
        log.warn({ err: error, failures: failures + 1 }, 'the service cannot start yet, and tries again');
        await pause(pauseMs);
      }
    }
  };
}

const mayPass = (error: unknown): boolean => error instanceof NotAvailableAtStart || isInfrastructureFailure(error);
