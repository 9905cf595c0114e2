import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { mergeBase, treeAt } from './gitTree.ts';
import { workingTree } from './tree.ts';

const git = (folder: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_ALLOW_PROTOCOL: 'file' },
  }).trim();

/** A repository with two commits on main, in a folder whose name has a space. */
function repository(): { folder: string; first: string } {
  const folder = join(temporaryFolder('git'), 'my clone');
  mkdirSync(join(folder, 'schema/channels'), { recursive: true });
  git(folder, 'init', '-q', '-b', 'main');
  const commit = (text: string): string => {
    writeFileSync(join(folder, 'schema/channels/a b "ü".graphql'), text);
    git(folder, 'add', '.');
    git(folder, 'commit', '-qm', text);
    return git(folder, 'rev-parse', 'HEAD');
  };
  const first = commit('type Query { a: Int }');
  commit('type Query { b: Int }');
  return { folder, first };
}

describe('where a branch left main', () => {
  it('is found on a detached head, and when the working tree differs', () => {
    const { folder, first } = repository();
    git(folder, 'checkout', '-q', '--detach', first);
    writeFileSync(join(folder, 'schema/new.graphql'), '');
    expect(mergeBase(folder)).toBe(first);
  });

  it('is nowhere outside a clone', () => {
    expect(mergeBase(temporaryFolder('none'))).toBeUndefined();
  });

  it('is asked for in a clone that does not know it: else nothing would be compared', () => {
    const { folder, first } = repository();
    git(folder, 'checkout', '-q', '-b', 'mine', first);
    git(folder, 'commit', '-q', '--allow-empty', '-m', 'mine');
    const shallow = temporaryFolder('shallow');
    git(shallow, 'clone', '-q', '--depth', '1', '-b', 'mine', `file://${encodeURI(folder)}`, '.');
    expect(() => mergeBase(shallow)).toThrow(/shallow.*--unshallow.*--against/);
    git(folder, 'branch', '-q', '-D', 'main');
    expect(() => mergeBase(folder)).toThrow(/does not know.*--against/);
  });
});

describe('the state that a reference names', () => {
  it('is read whatever files are called, and whatever lies in the working tree', () => {
    const { folder, first } = repository();
    rmSync(join(folder, 'schema'), { recursive: true });
    const tree = treeAt(folder, first);
    expect(tree.list('schema/channels')).toEqual(['schema/channels/a b "ü".graphql']);
    expect(tree.read('schema/channels/a b "ü".graphql')).toBe('type Query { a: Int }');
  });

  it('is refused if git does not know it, or has not its files', () => {
    const { folder, first } = repository();
    expect(() => treeAt(folder, 'v0')).toThrow('git knows no commit v0');
    expect(() => treeAt(folder, '--help')).toThrow('git knows no commit --help');
    const id = git(folder, 'rev-parse', `${first}:schema/channels/a b "ü".graphql`);
    rmSync(join(folder, '.git/objects', id.slice(0, 2), id.slice(2)));
    expect(() => treeAt(folder, first)).toThrow(/no content of schema.*partial/);
  });

  it.each([['a b'], ['a\tb'], ['a\nb'], ['"a\'b"'], ['ü 漢字 🍔'], ['-rf'], [':!a'], ['*']])(
    'has a file called %j',
    (name) => {
      const { folder } = repository();
      const path = `bffs/kiosk/operations/${name}.graphql`;
      mkdirSync(join(folder, 'bffs/kiosk/operations'), { recursive: true });
      writeFileSync(join(folder, path), '{ a }');
      git(folder, 'add', '.');
      git(folder, 'commit', '-qm', 'named');
      const tree = treeAt(folder, 'HEAD');
      expect(tree.list('bffs')).toEqual([path]);
      expect(tree.read(path)).toBe('{ a }');
      expect(workingTree(folder).list('bffs')).toEqual([path]);
    },
  );

  it('is read in a clone that has the project in a folder, and is empty before the project was there', () => {
    const { folder, first } = repository();
    const project = join(folder, 'shop/graph');
    mkdirSync(join(project, 'schema'), { recursive: true });
    writeFileSync(join(project, 'schema/own.graphql'), 'type Query { c: Int }');
    git(folder, 'add', '.');
    git(folder, 'commit', '-qm', 'project');
    expect(treeAt(project, 'HEAD').list('schema')).toEqual(['schema/own.graphql']);
    expect(treeAt(project, first).list('schema')).toEqual([]);
  });

  it('is read in a clone that is a submodule of another, and refused if it has one where contracts are', () => {
    const { folder, first } = repository();
    const outer = temporaryFolder('outer');
    git(outer, 'init', '-q', '-b', 'main');
    git(outer, 'submodule', 'add', '-q', `file://${encodeURI(folder)}`, 'graph');
    expect(treeAt(join(outer, 'graph'), first).list('schema')).toHaveLength(1);
    git(folder, 'submodule', 'add', '-q', `file://${encodeURI(folder)}`, 'schema/events');
    git(folder, 'commit', '-qm', 'submodule');
    expect(() => treeAt(folder, 'HEAD')).toThrow(/schema\/events is a submodule/);
  });

  it('has five hundred changed files, some renamed', () => {
    const { folder, first } = repository();
    const at = (name: string) => join(folder, 'schema', name);
    for (let n = 0; n < 500; n += 1) writeFileSync(at(`${n}.graphql`), `# ${n}`);
    git(folder, 'add', '.');
    git(folder, 'commit', '-qm', 'many');
    for (let n = 0; n < 100; n += 1) git(folder, 'mv', `schema/${n}.graphql`, `schema/moved-${n}.graphql`);
    git(folder, 'commit', '-qm', 'renamed');
    const tree = treeAt(folder, 'HEAD');
    expect(tree.list('schema')).toHaveLength(501);
    expect(tree.read('schema/moved-7.graphql')).toBe('# 7');
    expect(tree.read('schema/7.graphql')).toBeUndefined();
    expect(treeAt(folder, 'HEAD~1').read('schema/7.graphql')).toBe('# 7');
    expect(treeAt(folder, first).list('schema')).toHaveLength(1);
  });
});
