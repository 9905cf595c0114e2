import type { Logger } from 'pino';
import { within } from '#platform/telemetry/within.ts';
import { backoffMs, pause } from '../../pause.ts';
import type { Membership } from './kafkaClient.ts';

export interface KeepMembershipParts {
  /** Names the membership in log lines, such as `group orders.x`. */
  readonly what: string;
  readonly log: Logger;
  readonly join: () => Promise<Membership>;
  readonly onLost?: () => void;
}

const lookEveryMs = 1_000;
/** Longer than a session, and than a rebalance takes. */
const silentLooks = 9;
const leaveWithinMs = 5_000;

/**
 * Joins a group, and joins it again, with growing pauses, whenever the membership is lost or its client library hangs:
 * both libraries can stop to fetch and to send heartbeats without saying so. Resolves after the first join. A broker
 * that has just started refuses members for a while, so the first join is tried for 15 s before this rejects.
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
        const watched = watch(membership);
        const lost = await Promise.race([membership.lost, watched.silent, left]);
        watched.end();
        onLost?.();
        await leaveInTime(membership);
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
      if (membership) await leaveInTime(membership);
    },
  };
}

/** Counts looks, not time: one that comes late, since this process was busy or stopped, says nothing of the client. */
function watch(membership: Membership): { readonly silent: Promise<Error>; end(): void } {
  let timer: NodeJS.Timeout | undefined;
  const silent = new Promise<Error>((resolve) => {
    let before = membership.heardAt();
    let looks = 0;
    timer = setInterval(() => {
      const heardAt = membership.heardAt();
      looks = heardAt === before ? looks + 1 : 0;
      before = heardAt;
      if (looks >= silentLooks) resolve(new Error('nothing was fetched, or no heartbeat answered, for long'));
    }, lookEveryMs).unref();
  });
  return { silent, end: () => clearInterval(timer) };
}

const leaveInTime = (membership: Membership): Promise<void> =>
  within(
    leaveWithinMs,
    () => membership.leave(),
    () => undefined,
  );

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
