import type pg from 'pg';
import type { Taken } from './consumer.ts';
import type { EventEnvelope } from './defineEvent.ts';
import { tellProjected } from './nextProjection.ts';
import type { Write } from './recordWrites.ts';

/** What an event does to one read model. */
export interface Projection {
  readonly consumer: string;
  readonly readModel: string;
  readonly writes: readonly Write[];
}

interface Waiting {
  readonly projection: Projection;
  resolve(taken: Taken): void;
  reject(error: unknown): void;
}

/**
 * Projects events, each into several read models by one statement: their consumers hear of an event at the same moment,
 * so those that ask within one turn of the event loop share a call. If it fails for one of them, it fails for all, and
 * nothing was done.
 */
export class ProjectTogether {
  readonly #calls = new WeakMap<pg.Pool, Map<string, Waiting[]>>();

  project(pool: pg.Pool, event: EventEnvelope, projection: Projection): Promise<Taken> {
    const calls = this.#calls.get(pool) ?? new Map<string, Waiting[]>();
    this.#calls.set(pool, calls);
    return new Promise((resolve, reject) => {
      const call = calls.get(event.eventId);
      const waiting = { projection, resolve, reject };
      if (call) return void call.push(waiting);
      const own = [waiting];
      calls.set(event.eventId, own);
      setImmediate(() => {
        calls.delete(event.eventId);
        void send(pool, event, own);
      });
    });
  }
}

async function send(pool: pg.Pool, { metadata }: EventEnvelope, call: readonly Waiting[]): Promise<void> {
  const inOrder = call.toSorted((a, b) => (a.projection.readModel < b.projection.readModel ? -1 : 1));
  try {
    const { rows } = await pool.query<{ taken: Taken[] }>(
      'select platform.project_event($1::text, $2::int, $3::jsonb) as taken',
      [
        metadata.aggregateId,
        metadata.aggregateVersion,
        JSON.stringify(inOrder.map(({ projection: { consumer, readModel, writes } }) => [consumer, readModel, writes])),
      ],
    );
    const { taken } = rows[0]!;
    tellProjected(pool, metadata.feed);
    for (const [index, { resolve }] of inOrder.entries()) resolve(taken[index]!);
  } catch (error) {
    for (const { reject } of inOrder) reject(error);
  }
}
