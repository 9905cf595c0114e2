import { Code, ConnectError } from '@connectrpc/connect';
import { ParkedEventService } from '#generated/proto/drburger/platform/v1/parked_pb.ts';
import { recorded } from '#platform/audit/auditMutations.ts';
import type { Domain } from '#platform/domain/domain.ts';
import { operationState, requestOperationIn, type OperationState } from '#platform/events/operations.ts';
import { listParked, showParked, type ParkedMessage } from '#platform/events/parked.ts';
import { pause } from '#platform/events/pause.ts';
import type { ReplayResult } from '#platform/events/replayParked.ts';
import { inTransaction } from '#platform/events/sqlTx.ts';
import { service, type RpcService } from '#platform/rpc/service.ts';
import { operatorServices } from '#schema/services.ts';
import { idempotent } from './idempotency.ts';

const mostListed = 200;
const mostCharacters = 100_000;
/** A caller waits five seconds at most. */
const waitMs = 4_000;
const lookEveryMs = 100;

/** The gRPC service by which every subgraph lets an operator see and replay what its consumers have parked. */
export function parkedEventService(domain: Domain): RpcService {
  return service(ParkedEventService, operatorServices, {
    async listParked({ after, limit }) {
      if (limit < 1 || limit > mostListed) throw new ConnectError(`limit: 1 to ${mostListed}`, Code.InvalidArgument);
      const events = await listParked(domain.pool, {}, { after: Number(after), limit });
      return { events: events.map(told) };
    },
    async showParked({ id }) {
      const found = await showParked(domain.pool, Number(id));
      if (!found) return {};
      return { event: told(found), message: JSON.stringify(found.message, null, 2).slice(0, mostCharacters) };
    },
    async replayParked({ id, askedBy, askedByRoles: roles, idempotencyKey }, { signal }) {
      const input = { id: `${domain.name}-${id}` };
      const operation = await recorded(
        domain,
        { actor: `user:${askedBy}`, roles, channel: 'staff', action: 'replayParkedEvents', input },
        async () => {
          const result = await askOnce(domain, { id: Number(id), askedBy, idempotencyKey });
          return { result, answer: result === null ? 'ParkedEventNotFound' : 'ReplayUnderWay' };
        },
      );
      if (operation === null) return { found: false };
      const { finishedAt, result, error } = await finished(domain, operation, signal);
      if (!finishedAt) return { found: true, finished: false };
      const { replayed, failed } = (result ?? { replayed: 0, failed: [] }) as ReplayResult;
      return { found: true, finished: true, replayed, failure: error ?? failed[0]?.reason ?? '' };
    },
  });
}

const told = ({ id, state, eventType, parkedAt, ...rest }: ParkedMessage) => ({
  ...rest,
  id: BigInt(id),
  failed: state === 'failed',
  eventType: eventType ?? '',
  parkedAt: parkedAt.toISOString(),
});

interface Asked {
  readonly id: number;
  readonly askedBy: string;
  readonly idempotencyKey: string;
}

/** Asks for a replay, once per person and key. @returns the operation's id; null when nothing is parked under the id */
function askOnce(domain: Domain, { id, askedBy, idempotencyKey }: Asked): Promise<number | null> {
  const principal = { kind: 'user', subject: askedBy, grants: [], channel: 'internal' } as const;
  const request = { principal, mutation: 'replayParkedEvents', key: idempotencyKey, body: { id }, now: domain.clock() };
  return inTransaction(domain.pool, (tx) =>
    idempotent(tx, request, async () => {
      const [parked] = await tx.$queryRawUnsafe<unknown[]>('select 1 from platform.parked where id = $1::bigint', id);
      return parked ? requestOperationIn(tx, { kind: 'replay', arguments: { id, askedBy } }) : null;
    }),
  );
}

async function finished(domain: Domain, operation: number, signal: AbortSignal): Promise<OperationState> {
  for (const until = Date.now() + waitMs; ;) {
    const state = await operationState(domain.pool, operation);
    if (state.finishedAt || Date.now() > until || signal.aborted) return state;
    await pause(lookEveryMs, signal);
  }
}
