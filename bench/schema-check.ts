import { fileURLToPath } from 'node:url';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { passes } from '#schema/check/model/finding.ts';
import { reviewStates, reviewSystem } from '#schema/check/review/reviewSystem.ts';
import { commandLine } from '../scripts/system/commandLine.ts';
import { makeGraph } from './schema-check/makeGraph.ts';

endOnError('bench:schema-check');
const { settings: flags } = commandLine({
  name: 'bench:schema-check',
  does: 'how long "schema:check" takes for our own graph, and for a large one that is made up.',
  flags: {
    '--subgraphs <n>': 'of the large graph (50)',
    '--types <n>': 'object types of the large graph (5000), all visible to its one channel',
    '--documents <n>': 'registered documents of the channel (2000)',
  },
  more: 'Prints seconds and processor seconds: of our graph, from its files to the verdict; of the large one, from its SDL to the verdict on a change that removes a field, composition of the full graph and of the contract included. Modules are loaded before.',
  examples: ['bench:schema-check', 'bench:schema-check --subgraphs 20 --types 1000'],
});

const size = {
  subgraphs: Number(flags['SUBGRAPHS'] ?? 50),
  types: Number(flags['TYPES'] ?? 5_000),
  documents: Number(flags['DOCUMENTS'] ?? 2_000),
};

async function timed<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(cpu);
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  console.log(`${what}: ${seconds} s (${((user + system) / 1e6).toFixed(1)} s of processor)`);
  return result;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const own = await timed('our graph', () => reviewSystem(root, undefined));
console.log(
  `  ${Object.entries(own.looked)
    .map(([what, n]) => `${n} ${what}`)
    .join(', ')}`,
);
const large = makeGraph(root, size);
const subject = await timed('the large graph, composed', () => Promise.resolve(large.subject()));
const review = await timed('the large graph, reviewed', () => reviewStates(subject));
const broken = review.findings.find(({ id }) => id === large.finding);
if (passes(review) || broken?.affected.length !== large.affected)
  throw new Error(`the check did not find that ${large.affected} documents break: ${broken?.affected.length ?? 0}`);
console.log(
  `  ${size.types} types, ${Object.entries(review.looked)
    .map(([what, n]) => `${n} ${what}`)
    .join(', ')}; ${large.affected} documents break, all found`,
);
