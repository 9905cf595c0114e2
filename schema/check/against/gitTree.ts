import { spawnSync } from 'node:child_process';
import { StartupError } from '#platform/config/startupError.ts';
import { treeOf, type Tree } from './tree.ts';

const git = (root: string, args: readonly string[], input?: string) =>
  spawnSync('git', args, { cwd: root, input, maxBuffer: 1_000_000_000 });

const lineOf = (root: string, args: readonly string[]): string | undefined => {
  const { status, stdout } = git(root, args);
  return status === 0 ? stdout.toString().trim() || undefined : undefined;
};

/**
 * Where the branch left the main branch; undefined outside a clone.
 * @throws StartupError in a clone that does not know where: nothing would be compared, and everything would pass
 */
export function mergeBase(root: string): string | undefined {
  for (const main of ['origin/main', 'main', 'origin/master', 'master']) {
    const base = lineOf(root, ['merge-base', 'HEAD', main]);
    if (base !== undefined) return base;
  }
  if (lineOf(root, ['rev-parse', '--git-dir']) === undefined) return undefined;
  const shallow = lineOf(root, ['rev-parse', '--is-shallow-repository']) === 'true';
  const way = shallow ? 'The clone is shallow: fetch its history (git fetch --unshallow origin main)' : 'Fetch main';
  throw new StartupError(`git does not know here where this branch left main. ${way}, or name a commit by --against.`);
}

/** What the check reads of a commit: contracts, documents, schemas of events and messages, the list of settings. */
const readPaths = ['schema', 'bffs', 'rest', 'subgraphs', 'docs/settings.md', 'CODEOWNERS'];
const isRead = (path: string): boolean =>
  (path === 'schema/scopes.ts' || path === 'CODEOWNERS' || /\.(graphql|proto|json|yaml|md)$/.test(path)) &&
  !path.includes('/prisma/');

/**
 * The state that a git reference names, read from the clone's own objects: nothing is checked out, and nothing is
 * fetched.
 * @throws StartupError if the clone has no such reference
 */
export function treeAt(root: string, ref: string): Tree {
  const commit = lineOf(root, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]);
  if (commit === undefined)
    throw new StartupError(`git knows no commit ${ref} here. Name a branch, a tag or a commit, and fetch it first.`);
  // The clone may have the project in a folder of its own.
  const folder = lineOf(root, ['rev-parse', '--show-prefix'])?.replace(/\/$/, '') ?? '';
  const tree = folder === '' ? commit : `${commit}:${folder}`;
  if (lineOf(root, ['rev-parse', '--verify', '--quiet', tree]) === undefined)
    return treeOf(commit.slice(0, 9), new Map());
  const listed = git(root, ['ls-tree', '-r', '-z', '--full-tree', tree, '--', ...readPaths]);
  if (listed.status !== 0)
    throw new StartupError(`git cannot list the files of ${ref}: ${listed.stderr.toString().trim()}`);
  const entries = listed.stdout
    .toString()
    .split('\0')
    .filter(Boolean)
    .flatMap((line) => {
      const tab = line.indexOf('\t');
      const path = line.slice(tab + 1);
      const [, kind, id = ''] = line.slice(0, tab).split(' ');
      if (kind === 'commit')
        throw new StartupError(
          `${path} is a submodule in ${ref}: what is in it cannot be compared. Keep contracts here.`,
        );
      return kind === 'blob' && isRead(path) ? [{ path, id }] : [];
    });
  return treeOf(commit.slice(0, 9), new Map(readBlobs(root, entries)));
}

/** All texts by one process, since a process for each file would take seconds. */
function* readBlobs(root: string, entries: readonly { path: string; id: string }[]): Iterable<[string, string]> {
  const ids = `${entries.map(({ id }) => id).join('\n')}\n`;
  const { stdout } = git(root, ['cat-file', '--batch'], ids);
  let offset = 0;
  for (const { path } of entries) {
    const end = stdout.indexOf(10, offset);
    const size = Number(stdout.subarray(offset, end).toString().split(' ')[2]);
    if (end < 0 || !Number.isInteger(size))
      throw new StartupError(`git has no content of ${path} here: the clone is a partial one. Fetch without --filter.`);
    yield [path, stdout.subarray(end + 1, end + 1 + size).toString()];
    offset = end + 1 + size + 1;
  }
}
