import { execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe } from 'vitest';
import { freePortBlock } from '../freePortBlock.ts';
import { until } from '../until.ts';

const version = '3.3.3';
const oldestJava = 21;
const folder = fileURLToPath(new URL(`../../../node_modules/.cache/apicurio-${version}`, import.meta.url));

/** The Java of `JAVA_HOME`, of the path, or one that is installed beside it, if it is new enough. */
function java(): string | undefined {
  const installed = existsSync('/usr/lib/jvm') ? readdirSync('/usr/lib/jvm').map((name) => `/usr/lib/jvm/${name}`) : [];
  return [process.env['JAVA_HOME'], ...installed]
    .map((home) => (home ? join(home, 'bin/java') : 'java'))
    .find((program) => {
      const { stderr } = spawnSync(program, ['-version'], { encoding: 'utf8' });
      return Number(/version "(\d+)/.exec(stderr ?? '')?.[1]) >= oldestJava;
    });
}

const lacking =
  java() === undefined
    ? `Java ${oldestJava} is missing`
    : !existsSync(folder) && spawnSync('mvn', ['--version'], { stdio: 'ignore' }).status !== 0
      ? 'Maven is missing'
      : undefined;

/** As `describe`; skipped, saying why, where Apicurio cannot run, which needs a newer Java than a broker. */
export function describeOnRegistry(name: string, tests: () => void): void {
  if (lacking) describe.skip(`${name} (skipped: ${lacking})`, tests);
  else describe(name, tests);
}

/** A registry of schemas of the test's own, which keeps them in memory. */
export interface Registry {
  /** The address of its Confluent-compatible API. */
  readonly url: string;
  stop(): void;
}

/** Starts an Apicurio from Maven Central, which is fetched once (160 MB). */
export async function startRegistry(): Promise<Registry> {
  await fetchOnce();
  const port = await freePortBlock(2);
  const child = spawn(
    java()!,
    [
      ...['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
      ...[`-Dquarkus.http.port=${port}`, '-Dquarkus.http.host=127.0.0.1', `-Dquarkus.management.port=${port + 1}`],
      ...['-Dapicurio.storage.kind=sql', '-Dapicurio.storage.sql.kind=h2'],
      '-Dapicurio.datasource.url=jdbc:h2:mem:registry',
      ...['-jar', join(folder, 'quarkus-run.jar')],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => (said = `${said}${text.toString()}`.slice(-4_000)));
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`;
  await until(() => fetch(`${url}/subjects`).then(({ ok }) => ok), {
    timeoutMs: 150_000,
    intervalMs: 200,
    what: () => `Apicurio answers: ${said}`,
  });
  return { url, stop: () => void child.kill('SIGKILL') };
}

async function fetchOnce(): Promise<void> {
  if (existsSync(folder)) return;
  const draft = `${folder}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  try {
    await promisify(execFile)(
      'mvn',
      [
        ...['-q', '-B', 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack'],
        `-Dartifact=io.apicurio:apicurio-registry-app:${version}:tar.gz:all`,
        `-DoutputDirectory=${join(draft, 'app')}`,
      ],
      // Maven notes in a folder below this one what it has unpacked, and would not do it again.
      { cwd: draft },
    );
    renameSync(join(draft, 'app'), folder);
  } catch (error) {
    // Another process has fetched it meanwhile.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}
