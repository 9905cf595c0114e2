import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { postgresOffset, providerOffset } from '../../scripts/system/ports.ts';
import { Passwords } from '#platform/postgres/passwords.ts';
import { freePortBlock } from '#platform/testkit/freePortBlock.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { whenFileEnds } from '#platform/testkit/whenFileEnds.ts';
import { channels } from '#schema/channels.ts';
import { builtCommand, command, type RunningCommand } from '../start-command/command.ts';
import { ChannelClient, contractOf } from './channelClient.ts';

const apiKey = 'the-key-that-only-tests-know';

/**
 * What the command `start` runs, on a data folder and ports of its own: a process that can be killed and started again,
 * and that other commands find. Simulation is off.
 */
export class StartedSystem {
  readonly provider: { readonly url: string; readonly apiKey: string };
  readonly #env: Readonly<Record<string, string>>;
  readonly #clients: ChannelClient[] = [];
  #running: RunningCommand;

  private constructor(env: Readonly<Record<string, string>>, running: RunningCommand) {
    this.#env = env;
    this.#running = running;
    this.provider = { url: this.#address(providerOffset), apiKey };
  }

  /** The system is stopped when the test file ends. */
  static async start(): Promise<StartedSystem> {
    const env = {
      DATA_DIR: temporaryFolder('started'),
      PORT_BASE: String(await freePortBlock(45)),
      SIMULATION: 'off',
      PAYMENT_PROVIDER_API_KEY: apiKey,
    };
    const system = new StartedSystem(env, await builtCommand('start', [], env));
    whenFileEnds(() => system.#stop());
    await system.#running.printed(/^Ready in /);
    return system;
  }

  /** Starts the system again on the same data, after a kill. */
  async startAgain(): Promise<void> {
    this.#running = await builtCommand('start', [], this.#env);
    await this.#running.printed(/^Ready in /);
  }

  /** Kills the process and its PostgreSQL at once, as a power failure does. */
  async kill(): Promise<void> {
    const postmaster = Number(readFileSync(join(this.#dataDir, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0]);
    const ended = this.#running.signal('SIGKILL');
    process.kill(postmaster, 'SIGKILL');
    await ended;
  }

  /** Runs another command with the settings of this system. */
  run(script: string, ...args: string[]): RunningCommand {
    return command(script, args, this.#env);
  }

  /** Makes a client of a channel, or of `gateway`, with a token as `token:for` prints it. */
  async client(channel: string, role: string): Promise<ChannelClient> {
    const asked = await builtCommand('tokenFor', [role], this.#env);
    if ((await asked.ended()) !== 0) throw new Error(asked.stderr());
    const offset = channels.find(({ name }) => name === channel)?.port ?? 0;
    const client = new ChannelClient(`${this.#address(offset)}/graphql`, contractOf(channel), () =>
      Promise.resolve(asked.stdout().trim()),
    );
    this.#clients.push(client);
    return client;
  }

  /** The address of a domain's database, with the role that owns it. */
  databaseUrl(domain: string): string {
    const password = new Passwords(join(this.#dataDir, 'postgres/passwords.json')).of(domain);
    return `postgres://${domain}:${encodeURIComponent(password)}@127.0.0.1:${Number(this.#env['PORT_BASE']) + postgresOffset}/${domain}`;
  }

  async #stop(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
    await this.#running.signal('SIGTERM');
  }

  get #dataDir(): string {
    return this.#env['DATA_DIR']!;
  }

  #address(offset: number): string {
    return `http://127.0.0.1:${Number(this.#env['PORT_BASE']) + offset}`;
  }
}
