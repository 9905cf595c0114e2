import { Code, ConnectError } from '@connectrpc/connect';
import type { Logger } from 'pino';
import type { Domain } from '#platform/domain/domain.ts';
import { backoffMs } from '#platform/events/pause.ts';
import type { Metrics } from '#platform/telemetry/metrics.ts';
import { readNotice } from '../readNotice.ts';
import { NotUnderstood, type Source } from '../source.ts';
import type { Claimed, Inbox } from './inbox.ts';

export interface Works {
  readonly inbox: Inbox;
  readonly rpc: Domain['rpc'];
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly clock: () => Date;
}

const firstWaitMs = 250;
const longestWaitMs = 60_000;
/** After so long nobody waits any more for what a notice is about, and a person looks at it. */
const patienceMs = 24 * 3_600_000;

/** Failures that will be the same next time: the owner does not take this notice, however often it is sent. */
const forGood: ReadonlySet<Code> = new Set([
  Code.InvalidArgument,
  Code.AlreadyExists,
  Code.OutOfRange,
  Code.Unimplemented,
  Code.PermissionDenied,
]);

/** Works off a message of a source. */
export async function workOff(source: Source, claimed: Claimed, works: Works): Promise<void> {
  const count = (outcome: 'done' | 'early' | 'retried' | 'parked'): void =>
    works.metrics.count('webhooksWorked', { source: source.name, outcome });
  try {
    await readNotice(source, claimed.body).command(works.rpc, `${source.name}:${claimed.messageId}`);
  } catch (error) {
    count(await failed(claimed, error, works));
    return;
  }
  await works.inbox.done(claimed);
  count('done');
}

async function failed(claimed: Claimed, error: unknown, works: Works): Promise<'early' | 'retried' | 'parked'> {
  const { inbox, log, clock } = works;
  const about = { source: claimed.source, messageId: claimed.messageId };
  const park = async (reason: string): Promise<'parked'> => {
    await inbox.park(claimed, reason);
    log.warn({ ...about, reason }, 'a webhook was parked');
    return 'parked';
  };
  if (error instanceof NotUnderstood) return park(error.message);
  const { code, rawMessage } = ConnectError.from(error);
  if (forGood.has(code)) return park(`the owner refuses it: ${rawMessage}`);
  const early = code === Code.NotFound || code === Code.FailedPrecondition;
  const reason = early ? `it came too early: ${rawMessage}` : `the owner does not answer: ${Code[code]}`;
  if (clock().getTime() - claimed.receivedAt.getTime() > patienceMs) return park(reason);
  await inbox.wait(claimed, reason, backoffMs(claimed.attempts - 1, firstWaitMs, longestWaitMs));
  if (!early) log.warn({ ...about, reason }, 'a webhook is tried again');
  return early ? 'early' : 'retried';
}
