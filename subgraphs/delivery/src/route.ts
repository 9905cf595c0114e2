import { distanceMetres, type Position } from './quote.ts';

/** The part of a job that a route depends on. */
export interface Job {
  readonly id: string;
  readonly status: string;
  readonly pickup: Position;
  /** Position of the customer's door. When it is null, the job has no stop beyond the store. */
  readonly dropoff: Position | null;
  readonly promisedAt: Date;
}

export interface Stop<J extends Job = Job> {
  readonly kind: 'PICKUP' | 'DROPOFF';
  readonly position: Position;
  /** Distance from the courier; null while their position is unknown. */
  readonly distanceMetres: number | null;
  readonly job: J;
}

/** The next stop of a job: the store until the food is picked up, then the customer's door. */
export function stopOf<J extends Job>(job: J, from: Position | null): Stop<J> {
  const toDoor = job.status === 'PICKED_UP' && job.dropoff !== null;
  const position = toDoor ? job.dropoff! : job.pickup;
  return { kind: toDoor ? 'DROPOFF' : 'PICKUP', position, distanceMetres: from && distanceMetres(from, position), job };
}

/**
 * The next stops of jobs, the nearest first. Stops that are equally near, and all of them while the courier's
 * position is unknown, are in the order of the promised times.
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
