import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

/** The repository's root; every path of a task is relative to it. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** One piece of generated code. It runs only when an input or an output changed since the last success. */
export interface GenerateTask {
  /** Such as `prisma/orders`; it is shown to the user, and names the task's stamp file. */
  readonly name: string;
  /**
   * Files and folders that the outputs depend on, the generator's own code included. Those that do not exist count as
   * empty.
   */
  readonly inputs: readonly string[];
  /** Files or folders that exist after a successful run. */
  readonly outputs: readonly string[];
  run(): Promise<void>;
}

export interface TaskFailure {
  readonly name: string;
  readonly message: string;
}

export interface TaskReport {
  readonly made: readonly string[];
  readonly unchanged: readonly string[];
  readonly failures: readonly TaskFailure[];
}

/**
 * Runs the tasks, at most `concurrency` at once. A failing task does not stop the others: its message is in the report.
 */
export async function runTasks(
  tasks: readonly GenerateTask[],
  concurrency: number,
  log: (line: string) => void,
): Promise<TaskReport> {
  const made: string[] = [];
  const unchanged: string[] = [];
  const failures: TaskFailure[] = [];
  const queue = [...tasks];
  const worker = async (): Promise<void> => {
    for (let task = queue.shift(); task; task = queue.shift()) {
      const hash = hashOf(task);
      if (isFresh(task, stampOf(task, hash))) {
        unchanged.push(task.name);
        continue;
      }
      const started = performance.now();
      try {
        rmSync(stampPath(task), { force: true });
        await task.run();
        writeStamp(task, stampOf(task, hash));
        made.push(task.name);
        log(`generated ${task.name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
      } catch (error) {
        failures.push({ name: task.name, message: error instanceof Error ? error.message : String(error) });
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return { made, unchanged, failures };
}

/** Removes outputs that are out of date, of tasks whose outputs nobody needs before they are made. */
export function removeStale(tasks: readonly GenerateTask[]): void {
  for (const task of tasks.filter((each) => !isFresh(each, stampOf(each))))
    for (const output of task.outputs) rmSync(join(root, output), { recursive: true, force: true });
}

/** All files below a file or folder, sorted, relative to the root. */
export function filesBelow(path: string): string[] {
  const full = join(root, path);
  if (!existsSync(full)) return [];
  if (statSync(full).isFile()) return [path];
  return readdirSync(full, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

/**
 * Writes a file only if its text differs, so that watchers do not fire and other tasks stay fresh.
 * @returns whether it wrote
 */
export function writeIfChanged(path: string, text: string): boolean {
  const full = join(root, path);
  if (existsSync(full) && readFileSync(full, 'utf8') === text) return false;
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, text);
  return true;
}

const hashOf = (task: GenerateTask): string => hashOfFiles(task.inputs, toolVersions());
const stampOf = (task: GenerateTask, hash = hashOf(task)): string => `${hash} ${hashOfFiles(task.outputs)}`;

function hashOfFiles(paths: readonly string[], first = ''): string {
  const hash = createHash('sha256');
  hash.update(first);
  for (const path of paths.flatMap(filesBelow))
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(join(root, path)))
      .update('\0');
  return hash.digest('hex');
}

function toolVersions(): string {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<
    string,
    Record<string, string>
  >;
  const tools = Object.entries({ ...manifest['dependencies'], ...manifest['devDependencies'] });
  return JSON.stringify(
    tools
      .filter(([name]) => /prisma|codegen|bufbuild|connectrpc|apollo|esbuild|graphql-ws|^graphql$/.test(name))
      .sort(),
  );
}

const stampPath = (task: GenerateTask): string => join(root, 'generated/.stamps', task.name.replaceAll('/', '~'));

/**
 * Whether inputs and outputs are unchanged. Outputs count, too: `git checkout` may bring back those of another branch.
 */
function isFresh(task: GenerateTask, stamp: string): boolean {
  if (!existsSync(stampPath(task)) || readFileSync(stampPath(task), 'utf8') !== stamp) return false;
  return task.outputs.every((path) => existsSync(join(root, path)));
}

function writeStamp(task: GenerateTask, stamp: string): void {
  mkdirSync(dirname(stampPath(task)), { recursive: true });
  writeFileSync(stampPath(task), stamp);
}
