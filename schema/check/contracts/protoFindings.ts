import { spawnSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { edges, type Edge } from '../../edges.ts';
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

/** A call from one domain to another; `contract` is `gRPC <service>`. */
type Call = Pick<Edge, 'from' | 'to' | 'contract'>;

/**
 * Breaking changes of the messages and services that domains call each other by, as buf finds them. Those of `calls`
 * whose service is in the same file are named.
 */
export function protoFindings(
  root: string,
  before: Tree,
  now: Tree,
  owners: Owners,
  calls: readonly Call[] = edges,
): Finding[] {
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
      .map((line) => findingOf(JSON.parse(line) as Reported, owners, before, calls));
  } finally {
    rmSync(old, { recursive: true, force: true });
  }
}

function findingOf(
  { path, start_line, start_column, type, message }: Reported,
  owners: Owners,
  before: Tree,
  calls: readonly Call[],
): Finding {
  const file = path === undefined ? folder : path.startsWith(folder) ? path : join(folder, path);
  const subject = subjectOf(message) ?? file;
  const place = { file, line: start_line ?? 1, column: start_column ?? 1 };
  return {
    id: `proto-breaks:${type}/${subject}`,
    rule: 'proto-breaks',
    severity: 'error',
    subject,
    message: message.replace(/^(.*?)\. See https:.*$/s, '$1').replace(/\.$/, ''),
    why: `A domain that is released before or after the other misreads the call (${type}).`,
    fix: 'Leave the old field and its number, add a new one, and remove the old one when nobody sends or reads it; reserve its number then.',
    place,
    owners: owners.of(file),
    contracts: ['gRPC'],
    affected: callersOf(before.read(file) ?? '', calls).map(({ from, to, contract }) => ({
      ...{ channel: 'gRPC', client: from, version: 'as it runs', document: contract.replace('gRPC ', '') },
      ...{ place, owners: owners.of(`subgraphs/${from}/src/main.ts`), severity: 'error', how: `calls ${to}` },
    })),
  };
}

/** `Message.field` where buf names both, else the first name that is not a number: an approval is for it alone. */
function subjectOf(message: string): string | undefined {
  const [, field, within] = /with name "([\w.]+)" on \w+ "([\w.]+)"/.exec(message) ?? [];
  if (field !== undefined && within !== undefined) return `${within}.${field}`;
  const names = [...message.matchAll(/"([\w.]+)"/g)].map(([, name]) => name!);
  return names.some((name) => /\D/.test(name)) ? names.join('/') : undefined;
}

/** Who calls the services that a file declares. */
function callersOf(text: string, calls: readonly Call[]): readonly Call[] {
  const services = new Set([...text.matchAll(/^service (\w+)/gm)].map(([, name]) => `gRPC ${name}`));
  return calls.filter(({ contract }) => services.has(contract));
}
