import type { Server } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import type { EventBus } from '#platform/events/eventBus.ts';
import { pause } from '#platform/events/pause.ts';
import { reportDomain } from '#platform/events/reportDomain.ts';
import { projectReadModels } from '#platform/events/projectReadModels.ts';
import { runConsumers } from '#platform/events/runConsumers.ts';
import { startRelay, type Relay } from '#platform/events/relay.ts';
import { withClient } from '#platform/events/sqlTx.ts';
import { poolPulse } from '#platform/postgres/poolPulse.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { checkTables } from './checkTables.ts';
import { enforceAuth } from './authSchema.ts';
import type { SubgraphDefinition } from './defineSubgraph.ts';
import type { Domain } from '#platform/domain/domain.ts';
import { DateTime } from './dateTime.ts';
import { createExecution, type SubgraphCall } from './execution.ts';
import { feedService } from './feedService.ts';
import { subgraphServer } from './httpServer.ts';
import { idempotencyDays } from './idempotency.ts';
import { openDomain, type DomainEnvironment } from './openDomain.ts';
import { refuseUnstorable } from './refuseUnstorable.ts';
import { sdlOf } from './sdl.ts';
import { superviseLoops } from './superviseLoops.ts';

export interface SubgraphEnvironment extends Omit<DomainEnvironment, 'onAppended'> {
  readonly bus: EventBus;
  readonly identity: Identity;
  /** `production`, unless told: hides the schema. */
  readonly profile?: 'development' | 'production';
}

export interface RunningSubgraph {
  readonly name: string;
  readonly domain: Domain;
  /** One GraphQL request, under the token and trace in `headers`. */
  readonly execute: SubgraphCall;
  /** Fills an empty database; does nothing on one that was seeded. */
  seed(): Promise<void>;
  /**
   * Starts what works by itself: relay, consumers, read models, background loops. Requests are answered before this,
   * too.
   */
  start(): Promise<void>;
  /** It does not drain, and the database answers. */
  ready(): Promise<boolean>;
  /** An HTTP server for it, not listening yet. */
  httpServer(): Server;
  /** Serves on, and is not ready any more: for a balancer to look elsewhere before `stop`. */
  drain(): void;
  /** Finishes the work in hand and lets go of everything. */
  stop(): Promise<void>;
}

/** Makes a subgraph of a definition: ready to answer, and, once started, to hear and be heard. */
export async function runSubgraph(
  definition: SubgraphDefinition,
  environment: SubgraphEnvironment,
): Promise<RunningSubgraph> {
  let relay: Relay | undefined;
  const opened = openDomain(definition, { ...environment, onAppended: () => relay?.wake() });
  const { domain } = opened;
  const schema = enforceAuth(
    refuseUnstorable(
      buildSubgraphSchema([
        {
          typeDefs: parse(sdlOf(definition.directory)),
          resolvers: { DateTime, ...definition.resolvers } as never,
        },
      ]),
    ),
  );
  const execution = await orClosed(opened, () =>
    createExecution({
      name: definition.name,
      schema,
      identity: environment.identity,
      log: domain.log,
      plugins: definition.plugins,
      profile: environment.profile,
      contextFor: (principal) => ({ domain, principal, loaders: definition.loaders(domain, principal) }),
    }),
  );
  for (const saga of definition.sagas ?? []) saga.register(domain);
  await orClosed(opened, () => checkTables(definition.name, domain.pool, domain.db as object));
  const serving = await orClosed(opened, () =>
    environment.network.serve(definition.name, [feedService(domain), ...(definition.services?.(domain) ?? [])]),
  );

  let endReports: (() => void) | undefined;
  const running: { stop(): Promise<void> }[] = [];
  let draining = false;
  const answers = poolPulse(domain.pool);
  const ready = async () => !draining && (await answers());
  return {
    name: definition.name,
    domain,
    execute: execution.execute,
    ready,
    seed: () => seedOnce(definition, domain),
    async start() {
      relay = await startRelay(domain, environment.bus);
      running.push(relay);
      endReports = reportDomain(domain, relay);
      running.push(
        await runConsumers(
          domain,
          [...(definition.consumers ?? []), ...projectReadModels(definition.readModels ?? [], domain.name)],
          environment.bus,
        ),
      );
      running.push(superviseLoops(domain.log, [forgetOldKeys(domain), ...(definition.background?.(domain) ?? [])]));
    },
    httpServer: () => subgraphServer({ execution, ready }),
    drain: () => {
      draining = true;
    },
    async stop() {
      endReports?.();
      await serving.close();
      await Promise.all(running.map((each) => each.stop()));
      await execution.stop();
      await opened.close();
    },
  };
}

/** Does something with what was opened, and closes that when it fails: whoever asked for both has nothing to close. */
async function orClosed<T>(opened: { close(): Promise<void> }, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/**
 * Under a lock, so that two processes that start at once seed once. A seed that failed half-way is begun again: seeds
 * are idempotent.
 */
async function seedOnce({ name, seed }: SubgraphDefinition, domain: Domain): Promise<void> {
  if (!seed) return;
  // A seed writes all that it has in one transaction. On a busy machine that takes longer than a request may.
  const timeoutMs = 120_000;
  await withClient(domain.pool, async (client) => {
    await client.query(`SELECT pg_advisory_lock(hashtext('seed'))`);
    try {
      const { rowCount } = await client.query('SELECT 1 FROM platform.seeded WHERE name = $1', [name]);
      if (rowCount) return;
      await seed({ ...domain, transaction: (work, options) => domain.transaction(work, { timeoutMs, ...options }) });
      await client.query('INSERT INTO platform.seeded (name, at) VALUES ($1, $2)', [name, domain.clock()]);
    } finally {
      await client.query(`SELECT pg_advisory_unlock(hashtext('seed'))`);
    }
  });
}

const hour = 3_600_000;

/** Deletes idempotency keys past their time. */
const forgetOldKeys = (domain: Domain) => ({
  name: 'idempotency keys',
  async run(signal: AbortSignal) {
    while (!signal.aborted) {
      await domain.pool.query('DELETE FROM platform.idempotency WHERE at < $1', [
        new Date(domain.clock().getTime() - idempotencyDays * 24 * hour),
      ]);
      await pause(hour, signal);
    }
  },
});
