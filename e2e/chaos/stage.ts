import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { issueToken, newSigningKey, publicHalf } from '#platform/identity/developmentIssuer.ts';
import { counterDomain } from '#platform/events/fixtures/counterDomain.ts';
import { ensureDatabase } from '#platform/postgres/ensureDatabase.ts';
import { migrate, migratePlatform } from '#platform/postgres/migrate.ts';
import { startCluster, type Cluster } from '#platform/postgres/startCluster.ts';
import { freePortBlock } from '#platform/testkit/freePortBlock.ts';
import { superviseProcess, type SupervisedProcess } from '#platform/testkit/superviseProcess.ts';
import { kafkaOf, postgresOf, type BusKind, type ChaosBroker } from './chaosBroker.ts';
import { tables, type Written } from './chaosDomain.ts';
import { chaosSupergraph } from './chaosGraph.ts';
import { setupVariable, type ChaosSetup } from './setup.ts';
import type { Target } from './steps.ts';

export interface StageOptions {
  readonly bus: BusKind;
  readonly kafkaClient?: 'kafkajs' | 'platformatic';
  readonly channels: number;
  readonly folder: string;
}

const uuidLength = 36;
const busMigrations = fileURLToPath(new URL('../../platform/events/bus/migrations', import.meta.url));

/** Everything that takes part in a run: a database server, a broker, and our processes, each supervised. */
export class Stage {
  readonly cluster: Cluster;
  readonly broker: ChaosBroker;
  readonly domain: ReturnType<typeof counterDomain>;
  readonly channelPorts: readonly number[];
  /** The token of a device that may watch everything. */
  readonly token: string;
  readonly actors: Readonly<Record<Target, readonly SupervisedProcess[]>>;

  private constructor(
    parts: Pick<Stage, 'cluster' | 'broker' | 'channelPorts' | 'token'>,
    setup: ChaosSetup,
    env: Record<string, string>,
  ) {
    this.cluster = parts.cluster;
    this.broker = parts.broker;
    this.channelPorts = parts.channelPorts;
    this.token = parts.token;
    this.domain = counterDomain(setup.databaseUrl, { name: 'orders', poolSize: 4 });
    const run = (name: string, ...args: string[]) =>
      superviseProcess({
        script: fileURLToPath(new URL(`${name}Process.ts`, import.meta.url)),
        args,
        env,
        ready: /^ready$/,
      });
    this.actors = {
      owner: [run('owner')],
      writer: [run('writer')],
      worker: [run('worker'), run('worker')],
      channel: parts.channelPorts.map((port) => run('channel', String(port))),
    };
  }

  static async open({ bus, kafkaClient = 'kafkajs', channels, folder }: StageOptions): Promise<Stage> {
    const cluster = await startCluster({ dataDir: join(folder, 'postgres'), durable: false, log: () => undefined });
    const { url: databaseUrl } = await ensureDatabase(cluster, { database: 'orders', role: 'orders' });
    const { url: busUrl } = await ensureDatabase(cluster, { database: 'bus', role: 'bus' });
    await migratePlatform(databaseUrl);
    await migrate(busUrl, busMigrations);
    await prepare(databaseUrl);
    const broker = bus === 'kafka' ? await kafkaOf(kafkaClient, join(folder, 'kafka')) : postgresOf(cluster, busUrl);
    const [internalKey, clientKey] = await Promise.all([newSigningKey(), newSigningKey()]);
    const port = await freePortBlock(2 + channels);
    const setup: ChaosSetup = {
      databaseUrl,
      busAddress: broker.address,
      internalKey,
      clientKey: publicHalf(clientKey),
      cursorKey: 'chaos',
      supergraph: chaosSupergraph(),
      graphqlPort: port,
      grpcPort: port + 1,
    };
    const file = join(folder, 'setup.json');
    writeFileSync(file, JSON.stringify(setup));
    const token = await issueToken(clientKey, { subject: 'board-1', roles: ['kiosk'] });
    const stage = new Stage(
      { cluster, broker, token, channelPorts: Array.from({ length: channels }, (_, at) => port + 2 + at) },
      setup,
      { [setupVariable]: file },
    );
    await stage.ready();
    return stage;
  }

  /** Resolves when all processes are ready. */
  async ready(): Promise<void> {
    await Promise.all(this.all.map((each) => each.whenReady()));
  }

  get all(): SupervisedProcess[] {
    return Object.values(this.actors).flat();
  }

  actor(target: Target, which: number): SupervisedProcess {
    const candidates = this.actors[target];
    return candidates[which % candidates.length]!;
  }

  /** What became of the events, as the writers printed it. A line that a kill cut off is left out. */
  written(): Written {
    const said = (what: string) =>
      this.actors.writer
        .flatMap(({ output }) => [...output.matchAll(new RegExp(`^${what} ([-,0-9a-f]+)$`, 'gm'))])
        .flatMap(([, ids]) => ids!.split(','))
        .filter((id) => id.length === uuidLength);
    return { committed: said('committed'), rolledBack: said('rolled back') };
  }

  /**
   * How often processes ended, by signal or exit code. The relay's fail point adds to those that the faults killed by
   * SIGKILL.
   */
  deaths(): Map<string, number> {
    const deaths = new Map<string, number>();
    for (const [, how] of this.all.flatMap(({ output }) => [...output.matchAll(/^\[process \d+ ended: (\w+)\]$/gm)]))
      deaths.set(how!, (deaths.get(how!) ?? 0) + 1);
    return deaths;
  }

  /** What processes printed that ended by themselves: one that starts while the database is down may do so. */
  lastWords(): string[] {
    return Object.entries(this.actors).flatMap(([name, all]) =>
      all.flatMap(({ output }) => {
        const lives = output.split(/^\[process \d+ ended: (\w+)\]\n/m);
        return lives.flatMap((how, at) => {
          if (at % 2 === 0 || !/^\d/.test(how)) return [];
          const said = lives[at - 1]!;
          return [
            `${name} ended by itself with ${how}, saying "${/^\w*[Ee]rror\b(?!\.).*$/m.exec(said)?.[0] ?? said.trimEnd().slice(-200)}"`,
          ];
        });
      }),
    );
  }

  /** @throws Error if no process of some kind was killed, because the run then proves nothing about it */
  expectDeaths(): void {
    for (const [name, all] of Object.entries(this.actors)) {
      if (all.every(({ starts }) => starts === 1)) throw new Error(`no ${name} was killed: this run shows nothing`);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((each) => each.stop()));
    await this.domain.close();
    await this.broker.close();
    await this.cluster.stop();
  }
}

async function prepare(databaseUrl: string): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  await client.query(tables);
  await client.end();
}
