import { randomInt } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { StartupError } from '#platform/config/startupError.ts';
import { bundleScript } from '#platform/bundling/bundleScript.ts';
import { Teardown } from '../../../scripts/system/teardown.ts';
import {
  composeServices,
  composeVariables,
  imagesOfOthers,
  isOurs,
  withDependencies,
  type ComposeService,
  type ComposeServices,
} from './composeFile.ts';
import { isUp, RunningService, type Address, type State } from './composeService.ts';
import { standIns, type StandIn } from './standIns.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface ComposeOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly profiles: readonly string[];
  /** The services to run, with those they depend on; if there are none, all services run. */
  readonly services?: readonly string[];
  /** The folder for the data of the databases, the broker and the volumes. */
  readonly folder: string;
  readonly openFiles?: number;
  /** Called with each line that a service, or the runner itself, prints. */
  readonly hear: (service: string, line: string) => void;
}

export interface ComposeRun {
  readonly services: ReadonlyMap<string, RunningService>;
  /** The services that run without their image: PostgreSQL and the broker. */
  readonly servers: ReadonlyMap<string, StandIn>;
  /** The services whose images nothing here can replace. */
  readonly leftOut: readonly string[];
  /** The address of a service, at the ports that the file states. */
  addressOf(service: string): string;
  /** The name of each service, its state, its address at the ports that the file publishes, and its process. */
  table(): string[];
  /**
   * Resolves when each service is in its final state: healthy, running or done. Rejects when one has failed for good,
   * or when it takes too long.
   */
  whenUp(withinMs?: number): Promise<void>;
  /** Stops all services; each one is stopped before those it depends on. */
  stop(): Promise<void>;
}

/**
 * Runs docker-compose.yml without docker: each service of ours as a process with the command and the environment of the
 * file, at a loopback address of its own, on an embedded PostgreSQL and a broker from Maven Central in place of their
 * images. Resolves when these two run; the services start as the file orders them.
 */
export async function runCompose(options: ComposeOptions): Promise<ComposeRun> {
  const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
  const all = servicesOf(text, options);
  const chosen = options.services?.length ? withDependencies(all, options.services) : all;
  const teardown = new Teardown({ withinMs: 120_000 });
  try {
    return {
      ...(await start(chosen, options, teardown, (name) => servicesOf(text, options)[name]!)),
      leftOut: imagesOfOthers(text).filter((name) => !standIns[name]),
    };
  } catch (error) {
    await teardown.run();
    throw error;
  }
}

const servicesOf = (text: string, { environment, profiles }: ComposeOptions): ComposeServices =>
  composeServices(text, composeVariables(environment, join(root, '.env')), profiles);

async function start(
  chosen: ComposeServices,
  options: ComposeOptions,
  teardown: Teardown,
  readAgain: (name: string) => ComposeService,
): Promise<Omit<ComposeRun, 'leftOut'>> {
  const folder = resolve(options.folder);
  const ours = Object.entries(chosen).filter(([, service]) => isOurs(service));
  const names: Record<string, Address> = {};
  // A second run at the same time gets other addresses.
  const block = `127.${randomInt(10, 250)}.${randomInt(0, 250)}`;
  ours.forEach(([name], index) => {
    names[name] = { host: `${block}.${index + 2}` };
  });
  const entry = await bundleScript(join(root, 'scripts/serve.ts'), join(folder, 'serve'), 'bundled');
  const servers = new Map<string, StandIn>();
  for (const [name, begin] of Object.entries(standIns)) {
    if (!chosen[name]) continue;
    const server = await begin(chosen[name], { folder, hear: (line) => options.hear(name, line) });
    teardown.add(name, () => server.stop());
    servers.set(name, server);
    names[name] = server.address;
  }
  const mounts = { '/data': join(folder, 'data') };
  mkdirSync(mounts['/data'], { recursive: true });
  const services = new Map(
    ours.map(([name, service]) => [
      name,
      new RunningService(service, {
        entry,
        address: names[name]!.host,
        names,
        mounts,
        openFiles: options.openFiles,
        hear: (line) => options.hear(name, line),
        readAgain: () => readAgain(name),
      }),
    ]),
  );
  let stopping = false;
  const startInTurn = async ([name, service]: (typeof ours)[number]): Promise<void> => {
    await Promise.all(
      Object.entries(service.depends_on ?? {}).map(([other, { condition }]) =>
        until(services.get(other), condition, () => stopping),
      ),
    );
    if (!stopping) services.get(name)!.start();
  };
  ours.forEach((each) => void startInTurn(each));
  const dead = (): string | undefined =>
    ours.find(([name, { restart }]) => services.get(name)!.state === 'failed' && (restart ?? 'no') === 'no')?.[0];
  return {
    services,
    servers,
    addressOf: (name) => names[name]!.host,
    table: () =>
      Object.entries(names).map(([name, { host, port }]) => {
        const service = services.get(name);
        const pid = (service ?? servers.get(name))?.pid;
        const published = chosen[name]?.ports?.map((each) => `http://${host}:${each.split(':').at(-1)}`) ?? [];
        const address = published.join(' ') || (port === undefined ? host : `${host}:${port}`);
        const process = pid === undefined ? '' : `process ${pid}`;
        return `${name.padEnd(18)} ${(service?.state ?? 'running').padEnd(10)} ${address.padEnd(28)} ${process}`.trimEnd();
      }),
    async whenUp(withinMs = Number.POSITIVE_INFINITY) {
      const deadline = Date.now() + withinMs;
      while (!ours.every(([name, service]) => isUp(services.get(name)!.state, service))) {
        if (Date.now() > deadline) throw new StartupError(`not all services are up within ${withinMs / 1_000} s.`);
        if (dead()) throw new StartupError(`${dead()} has ended with an error: see its lines above.`);
        await pause(200);
      }
    },
    async stop() {
      stopping = true;
      await stopInOrder(ours, services);
      await teardown.run();
    },
  };
}

async function until(service: RunningService | undefined, condition: string, over: () => boolean): Promise<void> {
  // PostgreSQL and the broker are running already.
  if (!service) return;
  const wanted: Readonly<Record<string, readonly State[]>> = {
    service_started: ['starting', 'running', 'healthy', 'unhealthy'],
    service_healthy: ['healthy'],
    service_completed_successfully: ['ended'],
  };
  while (!over() && !wanted[condition]?.includes(service.state)) await pause(100);
}

/** Stops each service when no service that depends on it runs any more. */
async function stopInOrder(
  ours: readonly (readonly [string, ComposeService])[],
  services: ReadonlyMap<string, RunningService>,
): Promise<void> {
  const stopped = new Map<string, Promise<void>>();
  const stop = (name: string): Promise<void> => {
    const known =
      stopped.get(name) ??
      (async () => {
        await Promise.all(ours.filter(([, { depends_on = {} }]) => name in depends_on).map(([above]) => stop(above)));
        await services.get(name)!.stop();
      })();
    stopped.set(name, known);
    return known;
  };
  await Promise.all(ours.map(([name]) => stop(name)));
}
