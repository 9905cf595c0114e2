import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, openSync, closeSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartupError } from '#platform/config/startupError.ts';
import { java, kafkaJars } from './kafkaJars.ts';
import { brokerProperties, logging, type SecuredListener } from './brokerProperties.ts';

export interface KafkaProcessOptions {
  /** The folder of the broker's data, log and configuration. Data that is there already is kept and used. */
  readonly folder: string;
  readonly port: number;
  readonly controllerPort: number;
  /** A second listener, for which clients need TLS and a password. */
  readonly secured?: SecuredListener;
  /**
   * True: the broker keeps running when this process ends. Otherwise it ends with this process, even if that is killed.
   */
  readonly detached?: boolean;
  readonly progress?: (line: string) => void;
}

const startsWithinMs = 150_000;

/**
 * Starts a broker that is its own controller (KRaft), on 127.0.0.1. Resolves when it accepts connections.
 * @throws StartupError when it does not start; the message names its log
 */
export async function startKafkaProcess({
  folder,
  port,
  controllerPort,
  secured,
  detached = false,
  progress = () => undefined,
}: KafkaProcessOptions): Promise<ChildProcess> {
  const jars = await kafkaJars(progress);
  mkdirSync(folder, { recursive: true });
  const properties = join(folder, 'server.properties');
  writeFileSync(properties, brokerProperties({ folder, port, controllerPort, secured }));
  writeFileSync(join(folder, 'log4j2.xml'), logging);
  const options = [
    '-Xmx256m',
    '-Xms128m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-cp',
    `${jars}/*`,
    `-Dlog4j2.configurationFile=${join(folder, 'log4j2.xml')}`,
  ];
  if (!existsSync(join(folder, 'data/meta.properties')))
    format(folder, [
      ...options,
      '-Dkafka.log=ERROR',
      'kafka.tools.StorageTool',
      'format',
      `--cluster-id=${clusterId()}`,
      '-c',
      properties,
      ...usersOf(secured),
    ]);
  progress(`starting the broker on port ${port}`);
  const log = join(folder, 'kafka.log');
  const out = openSync(log, 'w');
  const command = [java(), ...options, 'kafka.Kafka', properties];
  const [program = '', ...args] =
    !detached && existsSync('/usr/bin/setpriv')
      ? ['/usr/bin/setpriv', '--pdeathsig', 'KILL', '--', ...command]
      : command;
  const child = spawn(program, args, { stdio: ['ignore', out, out], detached });
  closeSync(out);
  await started(child, log);
  return child;
}

/** Sends the broker a signal to end, and kills it if it has not ended after 10 s. */
export async function stopKafkaProcess(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  const force = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(force);
}

/** Arguments that add the SCRAM user when the data folder is formatted: SCRAM users are part of the cluster's data. */
const usersOf = (secured: SecuredListener | undefined): string[] =>
  secured
    ? ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
        '--add-scram',
        `${mechanism}=[name=${secured.username},password=${secured.password}]`,
      ])
    : [];

/** A new cluster id. It may begin with a dash: pass it with `=`, or it is taken for an option. */
const clusterId = (): string => randomBytes(16).toString('base64url');

function format(folder: string, args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(java(), args, { encoding: 'utf8' });
  if (status !== 0)
    throw new StartupError(`The broker's folder ${folder} could not be made ready: ${lastLine(stdout + stderr)}`);
}

async function started(child: ChildProcess, log: string): Promise<void> {
  for (const deadline = Date.now() + startsWithinMs; ;) {
    const text = readFileSync(log, 'utf8');
    if (text.includes('Kafka Server started')) return;
    if (child.exitCode !== null || child.signalCode !== null)
      throw new StartupError(`The broker ended at its start: ${lastLine(text)} (${log})`);
    if (Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new StartupError(`The broker did not start within ${startsWithinMs / 1_000} s: see ${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const lastLine = (text: string): string =>
  /.*(?:Exception|ERROR|FATAL).*/.exec(text)?.[0] ?? text.trim().split('\n').at(-1) ?? '';
