import { StartupError } from '#platform/config/startupError.ts';
import {
  readTrail,
  verifyTrail,
  type Anchor,
  type Answered,
  type Asked,
  type TrailRow,
} from '#platform/audit/trail.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import type { Command } from './commandLine.ts';
import { subgraphSettings } from './serviceSettings.ts';
import { checkDomain, withDomainPool, type UrlOf } from './withDomainPool.ts';

export const command: Command = {
  name: 'trail',
  does: 'the trail of what staff and partners did, of a running system; through its databases.',
  forms: {
    'trail verify [<domain>]':
      'whether the chain of hashes holds; prints the last row of each domain, to be noted elsewhere',
    'trail export [<domain>]': 'prints all rows, the oldest first, one JSON object a line',
  },
  flags: {
    '--anchor <row>':
      'of verify with a domain: a row that was noted earlier, as verify printed it (<number>:<hash>); without one, rows cut off at the end go unnoticed',
    '--csv': 'of export: comma-separated values, with a line of names first',
    '--database-url <url>':
      'of the domain’s database, for a subgraph served alone (or DATABASE_URL, or DATABASE_HOST and the like)',
  },
  settings: subgraphSettings,
  more: 'Verify ends with 1 if a row is not as it was written. The hash of a row is SHA-256, in hex, of three lines: the hash before it (empty for the first), its number, its entry; anybody can check an export so.',
  examples: ['trail verify', 'trail verify payments --anchor 1204:9f2c…', '-s trail export payments > payments.jsonl'],
};

export interface TrailCommandParts {
  readonly words: readonly string[];
  readonly anchor?: string | undefined;
  readonly csv?: boolean;
  readonly urlOf: UrlOf;
  readonly print: (line: string) => void;
}

/**
 * One call of the command line.
 * @returns false when a row is not as it was written
 * @throws StartupError when the call is not understood or a database cannot be reached
 */
export async function trailCommand(parts: TrailCommandParts): Promise<boolean> {
  const [verb, domain] = parts.words;
  const domains = domain === undefined ? subgraphs.map(({ name }) => name) : [checkDomain(domain)];
  if (verb === 'verify') return verify(parts, domains);
  if (verb !== 'export') throw new StartupError(`"${verb ?? ''}" is not understood: see --help.`);
  if (parts.csv) parts.print(columns.join(','));
  for (const each of domains)
    await withDomainPool(parts.urlOf, each, async (pool) => {
      for await (const row of readTrail(pool))
        parts.print(parts.csv ? csvOf(each, row) : JSON.stringify({ domain: each, ...row }));
    });
  return true;
}

async function verify({ anchor, urlOf, print }: TrailCommandParts, domains: readonly string[]): Promise<boolean> {
  const noted = anchor === undefined ? undefined : anchorOf(anchor);
  if (noted && domains.length > 1) throw new StartupError('an anchor is of one domain: name it.');
  let isWhole = true;
  for (const domain of domains) {
    const verdict = await withDomainPool(urlOf, domain, (pool) => verifyTrail(readTrail(pool), noted));
    if (verdict.kind === 'broken') {
      isWhole = false;
      print(`${domain}: broken at row ${verdict.seq}: ${verdict.why}`);
    } else
      print(
        `${domain}: whole, ${verdict.rows} rows${verdict.head ? ` up to ${verdict.head.seq}:${verdict.head.hash}` : ''}`,
      );
  }
  return isWhole;
}

function anchorOf(text: string): Anchor {
  const [, seq, hash] = /^([1-9]\d{0,14}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (seq === undefined || hash === undefined)
    throw new StartupError('an anchor is the number and hash of a row, as "trail verify" prints them: 12:9f2c…');
  return { seq: Number(seq), hash };
}

const columns = [
  'domain',
  'seq',
  'at',
  'actor',
  'roles',
  'channel',
  'action',
  'input',
  'objects',
  'trace',
  'answers',
  'answer',
  'hash',
];

function csvOf(domain: string, { seq, entry, hash }: TrailRow): string {
  const { roles, input, objects, ...told } = JSON.parse(entry) as Partial<Asked & Answered>;
  const values: Record<string, unknown> = {
    ...told,
    domain,
    seq,
    hash,
    roles: roles?.join(' '),
    objects: objects?.join(' '),
    input: Object.entries(input ?? {})
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
  };
  return columns.map((column) => quoted(String(values[column] ?? ''))).join(',');
}

/** As RFC 4180 says; what a spreadsheet would take for a formula is made a text. */
function quoted(value: string): string {
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
