import { spawnSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Tree } from '../against/tree.ts';
import type { Finding } from '../model/finding.ts';
import type { Owners } from '../model/owners.ts';

const folder = 'schema/proto';

interface Reported {
  readonly path?: string;
  readonly start_line?: number;
  readonly start_column?: number;
  readonly type: string;
  readonly message: string;
}

/** Breaking changes of the messages and services that domains call each other by, as buf finds them. */
export function protoFindings(root: string, before: Tree, now: Tree, owners: Owners): Finding[] {
  const files = before.list(folder).filter((file) => /\.(proto|yaml)$/.test(file));
  const same = files.every((file) => before.read(file) === now.read(file));
  if (files.length === 0 || same) return [];
  const old = mkdtempSync(join(tmpdir(), 'schema-check-'));
  try {
    for (const file of files) {
      mkdirSync(dirname(join(old, file)), { recursive: true });
      writeFileSync(join(old, file), before.read(file) ?? '');
    }
    const buf = join(root, 'node_modules/.bin/buf');
    const args = ['breaking', folder, '--against', join(old, folder), '--error-format', 'json'];
    const { status, stdout, stderr, error } = spawnSync(buf, args, { cwd: root, encoding: 'utf8' });
    // 100 is how buf says that it found something.
    if (error || (status !== 0 && status !== 100)) throw error ?? new Error(`buf breaking: ${stderr}`);
    return stdout
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => findingOf(JSON.parse(line) as Reported, owners));
  } finally {
    rmSync(old, { recursive: true, force: true });
  }
}

function findingOf({ path, start_line, start_column, type, message }: Reported, owners: Owners): Finding {
  const file = path === undefined ? folder : path.startsWith(folder) ? path : join(folder, path);
  const [subject = file] = [...message.matchAll(/"([\w.]+)"/g)].map(([, name]) => name!);
  return {
    id: `proto-breaks:${type}/${subject}`,
    rule: 'proto-breaks',
    severity: 'error',
    subject,
    message: message.replace(/\.$/, ''),
    why: `A domain that is released before or after the other misreads the call (${type}).`,
    fix: 'Leave the old field and its number, add a new one, and remove the old one when nobody sends or reads it; reserve its number then.',
    place: { file, line: start_line ?? 1, column: start_column ?? 1 },
    owners: owners.of(file),
    contracts: ['gRPC'],
    affected: [],
  };
}
