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
 * The positions that couriers told: the latest of each, so that memory is bounded by the number of couriers, and a
 * thousand reports a second cost one write. Those that are not stored yet are gone with the process: a crash may lose
 * what was told since the last write.
 */
export class PositionBuffer {
  private readonly waiting = new Map<string, CourierPosition>();
  /**
   * Of each courier the last one, stored or not: a request that read the courier's row before it was stored looks here
   * after it was.
   */
  private readonly told = new Map<string, CourierPosition>();
  private readonly couriers = new Set<string>();
  private wake: (() => void) | undefined;

  /** Takes a position; the one that waits for the same courier is dropped. */
  report(position: CourierPosition): void {
    this.waiting.set(position.courierId, position);
    this.told.set(position.courierId, position);
    this.wake?.();
  }

  /** What the courier told last through this process. What it told another one since stands in its row alone. */
  latest(courierId: string): CourierPosition | undefined {
    return this.told.get(courierId);
  }

  /** What waits now, by courier id. It goes on waiting until it is told to be stored. */
  snapshot(): CourierPosition[] {
    return [...this.waiting.values()].sort((a, b) => (a.courierId < b.courierId ? -1 : 1));
  }

  /** Has positions wait no longer that are stored, unless a newer one was told in the meantime. */
  stored(positions: readonly CourierPosition[]): void {
    for (const position of positions)
      if (this.waiting.get(position.courierId) === position) this.waiting.delete(position.courierId);
  }

  /** Resolves when something waits, or when the signal fires. */
  async something(signal: AbortSignal): Promise<void> {
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

  /** Whether the courier is known to exist; asked of the database once. Couriers are never deleted. */
  async knows(courierId: string, exists: () => Promise<boolean>): Promise<boolean> {
    if (this.couriers.has(courierId)) return true;
    if (!(await exists())) return false;
    this.couriers.add(courierId);
    return true;
  }
}

const buffers = new WeakMap<object, PositionBuffer>();

/** The buffer of a running domain: one for its life. */
export function positionsOf(domain: Pick<Deliveries, 'pool'>): PositionBuffer {
  let buffer = buffers.get(domain.pool);
  if (!buffer) buffers.set(domain.pool, (buffer = new PositionBuffer()));
  return buffer;
}

/** The latest position that this process knows: told just now, or stored. */
export function latestPosition(domain: Pick<Deliveries, 'pool'>, courier: Courier): CourierPosition | null {
  const { id, latitude, longitude, positionAt } = courier;
  const told = positionsOf(domain).latest(id);
  if (told && (!positionAt || told.at >= positionAt)) return told;
  return latitude === null || longitude === null || positionAt === null
    ? null
    : { courierId: id, position: { latitude, longitude }, at: positionAt };
}
