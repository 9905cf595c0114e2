import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer()
      .once('error', () => resolve(false))
      .listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });

/**
 * The first of `size` consecutive ports that nobody listens on now: a PORT_BASE. Below the range from which the system
 * takes ports for outgoing connections.
 */
export async function freePortBlock(size: number): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const base = randomInt(10_000, 32_000 - size);
    const free = await Promise.all(Array.from({ length: size }, (_, offset) => isFree(base + offset)));
    if (free.every(Boolean)) return base;
  }
  throw new Error(`no ${size} free ports in a row`);
}
