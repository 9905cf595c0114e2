import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { commandLine, type Command } from './system/commandLine.ts';
import { generateOrFail } from './system/generateOrFail.ts';

interface Tool extends Command {
  /** Command lines of tools in node_modules/.bin. They run one after the other, until one fails. */
  readonly runs: readonly string[];
  /** Whether to run `generate` first, because the tool reads generated code, which a fresh clone does not have. */
  readonly generates: boolean;
  /** Whether words and flags of the command line are passed to the tool. */
  readonly passes?: boolean;
}

/**
 * The folders of web pages: those of channels, and what they share. They have a tsconfig.json of their own, because a
 * browser has other types than Node.
 */
const pages = [
  'bffs/pages',
  ...readdirSync(new URL('../bffs', import.meta.url)).map((channel) => `bffs/${channel}/pages`),
].filter((folder) => existsSync(new URL(`../${folder}`, import.meta.url)));

/** The commands of package.json that run third-party tools. */
const tools: readonly Tool[] = [
  {
    name: 'typecheck',
    does: 'checks the types of everything: the system, the stream client, and the web pages of channels.',
    generates: true,
    runs: [
      'tsc -p tsconfig.json',
      'tsc -p clients/stream-client/tsconfig.json',
      ...pages.map((folder) => `tsc -p ${folder}/tsconfig.json`),
    ],
    examples: ['typecheck'],
  },
  {
    name: 'lint',
    does: 'checks how code is laid out by prettier, the code by eslint, boundaries between folders included, then names of events and ports in the registries, and the OpenAPI and AsyncAPI documents.',
    generates: true,
    runs: [
      'prettier --check --log-level warn --cache .',
      'eslint . --cache --cache-location node_modules/.cache/eslint/',
      'tsx scripts/lint/lintRegistries.ts',
      'tsx scripts/lint/lintApis.ts',
    ],
    examples: ['lint'],
  },
  {
    name: 'unused',
    does: 'finds files, exports and dependencies that nobody uses, and files that need each other to be loaded (types may name each other), by knip.',
    generates: true,
    runs: ['knip'],
    examples: ['unused'],
  },
  {
    name: 'test',
    does: 'runs all tests, or those of the files named, on a PostgreSQL (and Kafka, where there is Java) of their own. Words and flags are those of vitest.',
    forms: { 'test [<file>…] [<flags of vitest>]': 'file names may be cut short: test checkGuards' },
    generates: true,
    passes: true,
    runs: ['vitest run'],
    examples: ['test', 'test schema/compose', 'test --project int'],
  },
  {
    name: 'test:unit',
    does: 'runs the tests that need nothing but Node. Words and flags are those of vitest.',
    forms: { 'test:unit [<file>…] [<flags of vitest>]': 'file names may be cut short: test:unit checkGuards' },
    generates: true,
    passes: true,
    runs: ['vitest run --project unit'],
    examples: ['test:unit', 'test:unit --watch'],
  },
];

const [name, ...args] = process.argv.slice(2);
const tool = tools.find((each) => each.name === name);
if (!tool) throw new Error(`no tool is called ${name}: one of ${tools.map((each) => each.name).join(', ')}`);
endOnError(tool.name);
// Arguments that are passed on are checked by the tool itself; only --help is handled here.
commandLine(tool, tool.passes ? args.filter((arg) => arg === '--help' || arg === '-h') : args);
if (tool.generates) await generateOrFail(console.error);
for (const [index, line] of tool.runs.entries()) {
  const [program = '', ...own] = line.split(' ');
  const passed = tool.passes && index === tool.runs.length - 1 ? args : [];
  const { status, error } = spawnSync(`node_modules/.bin/${program}`, [...own, ...passed], {
    stdio: 'inherit',
    cwd: new URL('..', import.meta.url),
  });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
