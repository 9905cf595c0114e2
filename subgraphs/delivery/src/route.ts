import { distanceMetres, type Position } from './quote.ts';

/** What a route needs to know of a job. */
export interface Job {
  readonly id: string;
  readonly status: string;
  readonly pickup: Position;
  /** Null for who may not know it: the job then has no stop beyond the store. */
  readonly dropoff: Position | null;
  readonly promisedAt: Date;
}

export interface Stop<J extends Job = Job> {
  readonly kind: 'PICKUP' | 'DROPOFF';
  readonly position: Position;
  /** From the courier; null while nobody knows where they are. */
  readonly distanceMetres: number | null;
  readonly job: J;
}

/** Where a job takes its courier next: to the store until the food is picked up, then to the door. */
export function stopOf<J extends Job>(job: J, from: Position | null): Stop<J> {
  const toDoor = job.status === 'PICKED_UP' && job.dropoff !== null;
  const position = toDoor ? job.dropoff! : job.pickup;
  return { kind: toDoor ? 'DROPOFF' : 'PICKUP', position, distanceMetres: from && distanceMetres(from, position), job };
}

/**
 * The stops of jobs, the nearest first; equally near ones, and all of them while the position is unknown, by what was
 * promised first.
 */
export function stopsNearestFirst<J extends Job>(jobs: readonly J[], from: Position | null): Stop<J>[] {
  return jobs
    .map((job) => stopOf(job, from))
    .sort(
      (a, b) =>
        (a.distanceMetres ?? 0) - (b.distanceMetres ?? 0) ||
        a.job.promisedAt.getTime() - b.job.promisedAt.getTime() ||
        a.job.id.localeCompare(b.job.id),
    );
}
