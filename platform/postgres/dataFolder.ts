import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartupError } from '#platform/config/startupError.ts';
import type { Binaries } from './binaries.ts';
import type { Passwords } from './passwords.ts';
import type { ServerUser } from './serverUser.ts';

export const superuser = 'postgres';
const majorVersion = '18';

/**
 * Makes sure that `<folder>/data` holds a PostgreSQL cluster of our version, and returns its path. A new cluster is
 * made beside it and moved into place, so that an interrupted first start leaves no half-made cluster.
 * @throws StartupError when the folder holds something else, or when a cluster cannot be made
 */
export function ensureDataFolder(
  folder: string,
  { initdb }: Binaries,
  user: ServerUser,
  passwords: Passwords,
  durable: boolean,
): string {
  const data = join(folder, 'data');
  if (existsSync(data)) {
    checkVersion(data);
    user.own(data);
    return data;
  }
  const draft = join(folder, 'data.new');
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  const passwordFile = join(draft, '..', 'initdb.password');
  writeFileSync(passwordFile, passwords.of(superuser), { mode: 0o600 });
  try {
    user.own(draft);
    user.own(folder);
    const [program = initdb, ...args] = [
      ...user.prefix,
      initdb,
      '-D',
      draft,
      '-U',
      superuser,
      '--auth=scram-sha-256',
      `--pwfile=${passwordFile}`,
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      ...(durable ? [] : ['--no-sync']),
    ];
    const made = spawnSync(program, args, { encoding: 'utf8', uid: user.uid, gid: user.gid });
    if (made.status !== 0)
      throw new StartupError(
        `PostgreSQL cannot make its data folder ${draft}: ${lastLine(made.stderr) || made.error?.message}.`,
      );
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(draft, data);
  return data;
}

function checkVersion(data: string): void {
  const path = join(data, 'PG_VERSION');
  const found = statSync(data).isDirectory() && existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined;
  if (found === majorVersion) return;
  const what = found ? `a PostgreSQL ${found} cluster, not ${majorVersion}` : 'no PostgreSQL cluster';
  throw new StartupError(`The data folder ${data} holds ${what}: put it right, or begin anew with "start --fresh".`);
}

/** Picks the line that says what went wrong from the output of a PostgreSQL program. */
export function lastLine(text: string | null): string {
  const lines = (text ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const telling = lines.findLast((line) => /\b(FATAL|PANIC|error):/i.test(line)) ?? lines.at(-1) ?? '';
  return telling.replace(/^.*?\b(FATAL|PANIC|error):\s*/i, '').replace(/\.$/, '');
}
