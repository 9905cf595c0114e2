import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { StartupError } from '#platform/config/startupError.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pom = join(root, 'ops/kafka/pom.xml');
const oldestJava = 17;

export const java = (): string => (process.env['JAVA_HOME'] ? join(process.env['JAVA_HOME'], 'bin/java') : 'java');

/** Says in one line what this machine lacks to run a broker; undefined when it lacks nothing. */
export function kafkaLacks(): string | undefined {
  const { stderr, error } = spawnSync(java(), ['-version'], { encoding: 'utf8' });
  const version = Number(/version "(\d+)/.exec(stderr ?? '')?.[1]);
  if (error || !version)
    return `Java is missing: a broker needs ${oldestJava} or newer (apt-get install openjdk-17-jre-headless, or set JAVA_HOME)`;
  if (version < oldestJava) return `Java is ${version}: a broker needs ${oldestJava} or newer (set JAVA_HOME)`;
  if (existsSync(folder()) || spawnSync('mvn', ['--version'], { stdio: 'ignore' }).status === 0) return undefined;
  return "Maven is missing: it fetches the broker's jars (apt-get install maven)";
}

/**
 * Returns the folder of the broker's jars; they are fetched once for each version of `ops/kafka/pom.xml`.
 * @throws StartupError when Java or Maven is missing, or when the jars cannot be fetched
 */
export async function kafkaJars(progress: (line: string) => void): Promise<string> {
  const lacking = kafkaLacks();
  if (lacking) throw new StartupError(`${lacking}.`);
  const target = folder();
  if (existsSync(target)) return target;
  progress('fetching Apache Kafka from Maven Central, once');
  const draft = `${target}.${process.pid}`;
  try {
    await promisify(execFile)('mvn', [
      '-q',
      '-B',
      '-f',
      pom,
      'dependency:copy-dependencies',
      '-DincludeScope=runtime',
      `-DoutputDirectory=${draft}`,
    ]);
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    // Another process has fetched the jars meanwhile.
    if (existsSync(target)) return target;
    const { stdout = '', message } = error as Error & { stdout?: string };
    throw new StartupError(
      `The jars of ops/kafka/pom.xml could not be fetched: ${(/ERROR\W+(.*)/.exec(stdout)?.[1] ?? message).slice(0, 300)}`,
    );
  }
  return target;
}

const folder = (): string =>
  join(
    root,
    'node_modules/.cache',
    `kafka-${createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 12)}`,
  );
