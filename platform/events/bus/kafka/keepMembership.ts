import type { Logger } from 'pino';
import { backoffMs, pause } from '../../pause.ts';
import type { Membership } from './kafkaClient.ts';

export interface KeepMembershipParts {
  /** For the log. */
  readonly what: string;
  readonly log: Logger;
  readonly join: () => Promise<Membership>;
  readonly onLost?: () => void;
}

/**
 * Joins, and joins again with growing pauses whenever the membership is lost. A broker that has just started refuses
 * for a while, so the first time is tried for 15 s before this rejects.
 */
export async function keepMembership({
  what,
  log,
  join,
  onLost,
}: KeepMembershipParts): Promise<{ leave(): Promise<void> }> {
  const stop = new AbortController();
  const { signal } = stop;
  const left = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  let membership: Membership | undefined = await joinFirst(join);
  const running = (async () => {
    for (let failures = 0; !signal.aborted;) {
      if (membership) {
        const lost = await Promise.race([membership.lost, left]);
        onLost?.();
        await membership.leave();
        membership = undefined;
        if (lost) log.warn({ err: lost }, `${what}: lost, joining again`);
      }
      if (signal.aborted) return;
      await pause(backoffMs(failures, 100, 5_000), signal);
      if (signal.aborted) return;
      try {
        membership = await join();
        failures = 0;
      } catch (error) {
        failures += 1;
        log.warn({ err: error, failures }, `${what}: joining failed`);
      }
    }
  })();
  return {
    async leave() {
      stop.abort();
      await running;
      await membership?.leave();
    },
  };
}

async function joinFirst(join: () => Promise<Membership>): Promise<Membership> {
  const deadline = performance.now() + 15_000;
  for (let failures = 0; ; failures += 1) {
    try {
      return await join();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await pause(backoffMs(failures, 100, 1_000));
    }
  }
}
