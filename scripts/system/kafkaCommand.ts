import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { makeFolder } from '#platform/config/makeFolder.ts';
import { StartupError } from '#platform/config/startupError.ts';
import { startKafkaProcess } from '#platform/localBroker/kafkaProcess.ts';
import { freePort } from '#platform/postgres/freePort.ts';
import { startTime } from '#platform/postgres/ownership.ts';

interface Parts {
  readonly dataDir: string;
  readonly tell: (line: string) => void;
}

/** Who runs on the folder. The start time tells it from a stranger that has got its process id. */
interface Running {
  readonly pid: number;
  readonly startedAt: string;
  readonly port: number;
}

const folderOf = ({ dataDir }: Parts): string => resolve(dataDir, 'kafka');
const stateFile = (parts: Parts): string => join(folderOf(parts), 'broker.json');

/** Starts the broker in the background unless it runs. `port` 0 takes a free one. */
export async function startBroker({ port, ...parts }: Parts & { readonly port: number }): Promise<void> {
  const running = runningOn(parts);
  if (running) return parts.tell(`Kafka runs at 127.0.0.1:${running.port} (process ${running.pid})`);
  const [chosen, controllerPort] = port ? [port, port + 1] : [await freePort(), await freePort()];
  for (const each of [chosen, controllerPort])
    if (!(await isFree(each)))
      throw new StartupError(`Port ${each} is in use: stop the process that uses it, or set --port.`);
  const folder = folderOf(parts);
  makeFolder(folder);
  const child = await startKafkaProcess({ folder, port: chosen, controllerPort, detached: true, progress: parts.tell });
  const pid = child.pid!;
  writeFileSync(
    stateFile(parts),
    JSON.stringify({ pid, startedAt: startTime(pid) ?? '', port: chosen } satisfies Running),
  );
  child.unref();
  parts.tell(`Kafka runs at 127.0.0.1:${chosen} (process ${pid}); its data are in ${folder}`);
}

export async function stopBroker(parts: Parts): Promise<void> {
  const running = runningOn(parts);
  if (!running) return parts.tell('Kafka does not run');
  process.kill(running.pid, 'SIGTERM');
  for (const deadline = Date.now() + 15_000; runningOn(parts);) {
    if (Date.now() > deadline) process.kill(running.pid, 'SIGKILL');
    await new Promise((wake) => setTimeout(wake, 50));
  }
  rmSync(stateFile(parts), { force: true });
  parts.tell('Kafka is stopped');
}

export async function cleanBroker(parts: Parts): Promise<void> {
  await stopBroker(parts);
  rmSync(folderOf(parts), { recursive: true, force: true });
  parts.tell('its data are deleted');
}

function runningOn(parts: Parts): Running | undefined {
  try {
    const known = JSON.parse(readFileSync(stateFile(parts), 'utf8')) as Running;
    return startTime(known.pid) === known.startedAt ? known : undefined;
  } catch {
    return undefined;
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((answer) => {
    const probe = createServer()
      .once('error', () => answer(false))
      .listen(port, '127.0.0.1', () => probe.close(() => answer(true)));
  });
