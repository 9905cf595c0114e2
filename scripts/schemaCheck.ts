import { passes } from '#schema/check/model/finding.ts';
import { terminalReport } from '#schema/check/reports/terminal.ts';
import { reviewSystem } from '#schema/check/review/reviewSystem.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { commandLine } from './system/commandLine.ts';

endOnError('schema:check');
const { settings, switches } = commandLine({
  name: 'schema:check',
  does: 'reviews the schema: whether it composes, and whom a change breaks, for every contract and every registered document. Ends with 1 if something fails.',
  flags: {
    '--against <ref>': 'compares with this branch, tag or commit; by default where the branch left main',
    '--json': 'prints the result as JSON',
  },
  examples: ['schema:check', 'schema:check --against v1.4.0'],
});

const root = new URL('..', import.meta.url).pathname;
const review = await reviewSystem(root, settings['AGAINST']);
process.stdout.write(switches.has('json') ? `${JSON.stringify(review, undefined, 2)}\n` : terminalReport(review));
process.exitCode = passes(review) ? 0 : 1;
