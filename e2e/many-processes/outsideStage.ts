import type pg from 'pg';
import pino from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { postgresBus } from '#platform/events/bus/postgresBus.ts';
import type { EventEnvelope, NewEvent } from '#platform/events/defineEvent.ts';
import type { EventBus } from '#platform/events/eventBus.ts';
import { newTraceparent, traceIdOf } from '#platform/telemetry/trace.ts';
import { freePortBlock } from '#platform/testkit/freePortBlock.ts';
import { testPool } from '#platform/testkit/testPool.ts';
import { grpcOffsetOf } from '../../scripts/system/ports.ts';
import { productionServices, type ProductionServices } from './productionServices.ts';

/** Production services that meet the world outside, two of each where two are asked for. */
export interface OutsideStage {
  readonly production: ProductionServices;
  /** The ports of the first and of the second. */
  readonly bases: readonly [number, number];
  /** Settings by which a service finds one domain alone, that of the first, whichever it calls. */
  callsOnly(domain: string): Record<string, string>;
  pool(database: string): pg.Pool;
  /** Publishes events as their domains do. The bus must have been used by a service before. */
  say(...events: EventEnvelope[]): Promise<void>;
  stop(): Promise<void>;
}

export async function outsideStage(folder: string): Promise<OutsideStage> {
  const bases = [await freePortBlock(50), await freePortBlock(50)] as const;
  const production = await productionServices(folder);
  const pools = new Map<string, pg.Pool>();
  let bus: Promise<EventBus> | undefined;
  return {
    production,
    bases,
    callsOnly: (domain) => ({ GRPC_URL: `http://127.0.0.1:${bases[0] + grpcOffsetOf(domain)}` }),
    pool(database) {
      const pool = pools.get(database) ?? testPool({ connectionString: production.addressOf(database) });
      pools.set(database, pool);
      return pool;
    },
    async say(...events) {
      bus ??= postgresBus({ databaseUrl: production.addressOf('bus'), log: pino({ level: 'silent' }) });
      for (const source of new Set(events.map((event) => event.source)))
        await (
          await bus
        ).publish(
          `${source.replace('-service', '')}.v1`,
          events
            .filter((event) => event.source === source)
            .map((event) => ({ key: event.metadata.aggregateId, value: event })),
        );
    },
    async stop() {
      await (await bus)?.close();
      await Promise.all([...pools.values()].map((pool) => pool.end()));
      await production.stop();
    },
  };
}

/** An event as its domain publishes it, by the version of what it is about. */
export function envelopeOf(
  { definition: { name, version, domain, aggregate }, data }: NewEvent,
  aggregateVersion = 1,
): EventEnvelope {
  const traceparent = newTraceparent();
  return {
    eventId: uuidv7(),
    eventType: name,
    version,
    timestamp: new Date().toISOString(),
    source: `${domain}-service`,
    data,
    metadata: {
      aggregateId: aggregate(data as never),
      aggregateVersion,
      causationId: 'test',
      correlationId: traceIdOf(traceparent),
      traceparent,
      actor: 'service:test',
    },
  };
}
