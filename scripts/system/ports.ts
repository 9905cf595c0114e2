import { createServer } from 'node:net';
import type { PlatformSettings } from '#platform/config/settings.ts';
import { StartupError } from '#platform/config/startupError.ts';
import { channels } from '#schema/channels.ts';
import { subgraphs } from '#schema/subgraphs.ts';

/**
 * Offsets to `PORT_BASE` of what stands in no registry. The gateway and the channels come first; what only we talk to
 * begins at 10.
 */
export const gatewayOffset = 0;
export const metricsOffset = 9;
export const providerOffset = 10;
/** A subgraph served alone answers gRPC this far above its GraphQL. */
export const grpcOffset = 20;
export const postgresOffset = 40;

export interface Listener {
  readonly name: string;
  readonly port: number;
}

/**
 * Everything of ours that listens when all run in one process. PostgreSQL looks after its own port: an earlier server
 * of ours may still be ending.
 */
export function listeners({ PORT_BASE: base, PROFILE }: Pick<PlatformSettings, 'PORT_BASE' | 'PROFILE'>): Listener[] {
  return [
    { name: 'gateway', port: base + gatewayOffset },
    ...channels.map(({ name, port }) => ({ name, port: base + port })),
    ...(PROFILE === 'development' ? [{ name: 'payment provider', port: base + providerOffset }] : []),
  ];
}

/** What two registries would give the same port. */
export function portClashes(): string[] {
  const taken = new Map<number, string>([
    [gatewayOffset, 'gateway'],
    [metricsOffset, 'metrics'],
    [providerOffset, 'payment provider'],
    [postgresOffset, 'PostgreSQL'],
  ]);
  const clashes: string[] = [];
  const wanted = [
    ...channels.map(({ name, port }) => ({ name: `channel ${name}`, port })),
    ...subgraphs.flatMap(({ name, port }) => [
      { name: `subgraph ${name}`, port },
      { name: `gRPC of ${name}`, port: port + grpcOffset },
    ]),
  ];
  for (const { name, port } of wanted) {
    const other = taken.get(port);
    if (other) clashes.push(`${name} and ${other} both want base + ${port}`);
    taken.set(port, name);
  }
  return clashes;
}

/** @throws StartupError naming the first port that somebody else listens on. */
export async function checkPortsFree(host: string, wanted: readonly Listener[]): Promise<void> {
  const found = await Promise.all(
    wanted.map(async (listener) => ((await isFree(host, listener.port)) ? undefined : listener)),
  );
  const taken = found.find((listener) => listener !== undefined);
  if (taken)
    throw new StartupError(
      `Port ${taken.port}, for the ${taken.name}, is in use: stop the process that uses it, or set PORT_BASE to move all ports together.`,
    );
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(new StartupError(`Cannot listen on ${host}:${port} (${error.code}): set another HOST or PORT_BASE.`));
    });
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}
