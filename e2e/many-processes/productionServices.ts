import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { startCluster } from '#platform/postgres/startCluster.ts';
import { superviseProcess, type SupervisedProcess } from '#platform/testkit/superviseProcess.ts';
import { startOutside, type Outside } from '../compose/outside.ts';
import { command } from '../start-command/command.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** What services of the production profile stand on: databases, which are made, and the servers outside. */
export interface ProductionServices {
  readonly outside: Outside;
  /** The settings of all services, but for their ports. */
  readonly env: Readonly<Record<string, string>>;
  /** The address of one database, or of the server of all, with a role that may enter each. */
  addressOf(database?: string): string;
  /** Begins a service, such as `subgraph menu`, on the ports from this base. It is begun again when it ends. */
  serve(base: number, ...service: string[]): SupervisedProcess;
  /** The same, with settings of its own. */
  serveWith(settings: Readonly<Record<string, string>>, base: number, ...service: string[]): SupervisedProcess;
  /** The same, of a machine whose clock is ten minutes ahead. */
  serveAhead(base: number, ...service: string[]): SupervisedProcess;
  /** Runs a command to its end, which has to be a good one. @returns what it printed */
  run(name: string, args: string[], more?: Record<string, string>): Promise<string>;
  /** Stops the services, and then all that they stood on. */
  stop(): Promise<void>;
}

export async function productionServices(folder: string): Promise<ProductionServices> {
  const outside = await startOutside(folder);
  const dataDir = mkdtempSync(join(folder, 'cluster-'));
  const cluster = await startCluster({ dataDir, durable: false, log: () => undefined });
  const services: SupervisedProcess[] = [];
  const env = {
    ...outside.environment,
    PROFILE: 'production',
    DATA_DIR: join(folder, 'data'),
    BUS: 'postgres',
    BUS_DATABASE_PASSWORD: randomUUID(),
    DATABASE_HOST: '127.0.0.1',
    DATABASE_PORT: String(cluster.port),
    POSTGRES_PASSWORD: cluster.passwordOf('postgres'),
    LOG_LEVEL: 'error',
  };
  const run: ProductionServices['run'] = async (name, args, more = {}) => {
    const ran = command(name, args, { ...env, ...more });
    expect([await ran.ended(), ran.stderr()]).toEqual([0, '']);
    return ran.stdout();
  };
  await run('serve', ['databases']);
  const serve = (base: number, args: string[], more: Record<string, string> = {}): SupervisedProcess => {
    const service = superviseProcess({
      script: `${root}scripts/serve.ts`,
      args,
      env: { ...env, ...more, PORT_BASE: String(base) },
      ready: /serving /,
    });
    services.push(service);
    return service;
  };
  return {
    outside,
    env,
    run,
    addressOf: (database = '') =>
      `postgresql://postgres:${encodeURIComponent(cluster.passwordOf('postgres'))}@127.0.0.1:${cluster.port}/${database}`,
    serve: (base, ...service) => serve(base, service),
    serveWith: (settings, base, ...service) => serve(base, service, settings),
    serveAhead: (base, ...service) =>
      serve(base, service, { NODE_OPTIONS: `--import ${root}e2e/many-processes/tenMinutesAhead.mjs` }),
    async stop() {
      await Promise.all(services.map((service) => service.stop()));
      await cluster.stop();
      await outside.close();
    },
  };
}
