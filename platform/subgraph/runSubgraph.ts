import type { Server } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { auditMutations } from '#platform/audit/auditMutations.ts';
import { auditService } from '#platform/audit/auditService.ts';
import type { EventBus } from '#platform/events/eventBus.ts';
import { reportDomain } from '#platform/events/reportDomain.ts';
import { pause } from '#platform/events/pause.ts';
import { projectReadModels } from '#platform/events/projectReadModels.ts';
import { runConsumers } from '#platform/events/runConsumers.ts';
import { startRelay, type Relay } from '#platform/events/relay.ts';
import { withClient } from '#platform/events/sqlTx.ts';
import type { DatabaseClock } from '#platform/postgres/databaseClock.ts';
import { poolPulse } from '#platform/postgres/poolPulse.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { checkTables } from './checkTables.ts';
import { enforceAuth } from './authSchema.ts';
import type { Background, SubgraphDefinition } from './defineSubgraph.ts';
import type { Domain } from '#platform/domain/domain.ts';
import { DateTime } from './dateTime.ts';
import { createExecution, type SubgraphCall } from './execution.ts';
import { feedService } from './feedService.ts';
import { forgetOld } from './forgetOld.ts';
import { subgraphServer } from './httpServer.ts';
import { parkedEventService } from './parkedEventService.ts';
import { personalDataService, type PersonalData } from './personalData.ts';
import { openDomain, type DomainEnvironment } from './openDomain.ts';
import { refuseUnstorable } from './refuseUnstorable.ts';
import { sdlOf } from './sdl.ts';
import { timelineService } from './timeline.ts';
import { superviseLoops } from './superviseLoops.ts';

export interface SubgraphEnvironment extends Omit<DomainEnvironment, 'onAppended'> {
  readonly bus: EventBus;
  readonly identity: Identity;
  /** `production`, which is the default, hides the schema. */
  readonly profile?: 'development' | 'production';
}

export interface RunningSubgraph {
  readonly name: string;
  readonly domain: Domain;
  /** Answers one GraphQL request, under the token and trace in `headers`. */
  readonly execute: SubgraphCall;
  /** Fills the database with the seed data, unless it was seeded before. */
  seed(): Promise<void>;
  /**
   * Starts everything that runs without a request: relay, consumers, read models, background loops. Requests are
   * answered even before this. If it rejects, what it had started is stopped, and it may be called again.
   */
  start(): Promise<void>;
  /** Whether the subgraph can take requests: it is not draining, and its database answers. */
  ready(): Promise<boolean>;
  /** Makes an HTTP server for the subgraph, not listening yet. */
  httpServer(): Server;
  /** Goes on serving but reports that it is not ready, so that load balancers turn away before `stop`. */
  drain(): void;
  /** Finishes the work under way and closes all connections. */
  stop(): Promise<void>;
}

/**
 * Makes a running subgraph from its definition. It answers requests at once; events are published and consumed after
 * `start`. Rejects, with everything closed, when the database lacks a table or column of the Prisma models.
 */
export async function runSubgraph(
  definition: SubgraphDefinition,
  environment: SubgraphEnvironment,
): Promise<RunningSubgraph> {
  let relay: Relay | undefined;
  const opened = openDomain(definition, { ...environment, onAppended: () => relay?.wake() });
  const { domain, databaseClock } = opened;
  await databaseClock.compare();
  const schema = auditMutations(
    enforceAuth(
      refuseUnstorable(
        buildSubgraphSchema([
          {
            typeDefs: parse(sdlOf(definition.directory)),
            resolvers: { DateTime, ...definition.resolvers } as never,
          },
        ]),
      ),
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
  await orClosed(opened, () => checkTables(definition.name, domain.pool, domain.db as object));
  for (const saga of definition.sagas ?? []) saga.register(domain);
  const serving = await orClosed(opened, () =>
    environment.network.serve(definition.name, [
      feedService(domain),
      parkedEventService(domain),
      auditService(domain),
      personalDataService(domain, definition.personalData as PersonalData | undefined),
      timelineService(domain, definition.timeline, definition.sagas),
      ...(definition.services?.(domain) ?? []),
    ]),
  );

  let endReports: readonly ((() => void) | undefined)[] = [];
  const running: { stop(): Promise<void> }[] = [];
  const stopRunning = async () => {
    for (const end of endReports) end?.();
    await Promise.all(running.splice(0).map((each) => each.stop()));
  };
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
      try {
        relay = await startRelay(domain, environment.bus);
        running.push(relay);
        endReports = [
          reportDomain(domain, relay, definition.gauges && ((report) => definition.gauges?.(domain, report))),
          domain.metrics?.onScrape(`${domain.name}.clock`, (report) =>
            report('clockAhead', { domain: domain.name }, databaseClock.aheadSeconds()),
          ),
        ];
        running.push(
          await runConsumers(
            domain,
            [...(definition.consumers ?? []), ...projectReadModels(definition.readModels ?? [], domain.name)],
            environment.bus,
            definition.sealed,
          ),
        );
        running.push(
          superviseLoops(domain.log, [
            forgetOld(domain),
            keepTime(databaseClock),
            ...(definition.background?.(domain) ?? []),
          ]),
        );
      } catch (error) {
        await stopRunning();
        throw error;
      }
    },
    httpServer: () => subgraphServer({ execution, ready }),
    drain: () => {
      draining = true;
    },
    async stop() {
      await serving.close();
      await stopRunning();
      await execution.stop();
      await opened.close();
    },
  };
}

/** Compares the clocks again and again: somebody may set either of them. */
const keepTime = (databaseClock: DatabaseClock): Background => ({
  name: 'the clock',
  async run(signal) {
    while (!signal.aborted) {
      await pause(60_000, signal);
      if (!signal.aborted) await databaseClock.compare();
    }
  },
});

/**
 * Does some work with an opened domain, and closes the domain if the work fails: the caller then has nothing to close.
 */
async function orClosed<T>(opened: { close(): Promise<void> }, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/**
 * Seeds the database under a lock, so that of two processes that start at once only one does. A seed that failed
 * half-way is run again from its beginning: seeds must be idempotent.
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
