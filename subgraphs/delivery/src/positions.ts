import type { Courier } from '#generated/delivery/prisma/client.ts';
import type { Deliveries } from './context.ts';
import type { Position } from './quote.ts';

/** Where a courier was at an instant. */
export interface CourierPosition {
  readonly courierId: string;
  readonly position: Position;
  readonly at: Date;
}

/**
 * Keeps the latest position of each courier in memory, so that memory is bounded by the number of couriers, and a
 * thousand reports a second cost one write. Positions that are not stored yet are lost when the process crashes.
 */
export class PositionBuffer {
  private readonly waiting = new Map<string, CourierPosition>();
  /**
   * The last position of each courier, stored or not. It is kept after it was stored, for a request that read the
   * courier's row before that and looks here afterwards.
   */
  private readonly latestOf = new Map<string, CourierPosition>();
  private readonly couriers = new Set<string>();
  private wake: (() => void) | undefined;

  /** Takes a position, in place of one of the same courier that is not stored yet. */
  report(position: CourierPosition): void {
    this.waiting.set(position.courierId, position);
    this.latestOf.set(position.courierId, position);
    this.wake?.();
  }

  /**
   * The last position that the courier reported to this process. One reported to another process since is in the
   * courier's row only.
   */
  latest(courierId: string): CourierPosition | undefined {
    return this.latestOf.get(courierId);
  }

  /** The positions that are not stored yet, in order of courier ids. They stay until `stored` is called with them. */
  snapshot(): CourierPosition[] {
    return [...this.waiting.values()].sort((a, b) => (a.courierId < b.courierId ? -1 : 1));
  }

  /** Marks positions as stored, unless the courier has reported a newer one in the meantime. */
  stored(positions: readonly CourierPosition[]): void {
    for (const position of positions)
      if (this.waiting.get(position.courierId) === position) this.waiting.delete(position.courierId);
  }

  /** Resolves when there is a position to store, or when the signal aborts. */
  async nextReport(signal: AbortSignal): Promise<void> {
    if (this.waiting.size > 0 || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = () => {
        signal.removeEventListener('abort', wake);
        this.wake = undefined;
        resolve();
      };
      this.wake = wake;
      signal.addEventListener('abort', wake);
    });
  }

  /** Whether the courier exists. The database is asked once for each courier, since couriers are never deleted. */
  async knows(courierId: string, exists: () => Promise<boolean>): Promise<boolean> {
    if (this.couriers.has(courierId)) return true;
    if (!(await exists())) return false;
    this.couriers.add(courierId);
    return true;
  }
}

const buffers = new WeakMap<object, PositionBuffer>();

/** The position buffer of a running domain; each domain has one for its life. */
export function positionsOf(domain: Pick<Deliveries, 'pool'>): PositionBuffer {
  let buffer = buffers.get(domain.pool);
  if (!buffer) buffers.set(domain.pool, (buffer = new PositionBuffer()));
  return buffer;
}

/** The latest position of a courier that this process knows: reported just now, or stored. */
export function latestPosition(domain: Pick<Deliveries, 'pool'>, courier: Courier): CourierPosition | null {
  const { id, latitude, longitude, positionAt } = courier;
  const told = positionsOf(domain).latest(id);
  if (told && (!positionAt || told.at >= positionAt)) return told;
  return latitude === null || longitude === null || positionAt === null
    ? null
    : { courierId: id, position: { latitude, longitude }, at: positionAt };
}
