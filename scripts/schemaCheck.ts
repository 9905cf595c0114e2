import { passes, type Review } from '#schema/check/model/finding.ts';
import { annotations } from '#schema/check/reports/annotations.ts';
import { junitReport } from '#schema/check/reports/junit.ts';
import { markdownReport } from '#schema/check/reports/markdown.ts';
import { sarifReport } from '#schema/check/reports/sarif.ts';
import { terminalReport } from '#schema/check/reports/terminal.ts';
import { explain } from '#schema/check/review/explain.ts';
import { reviewSystem, subjectOf } from '#schema/check/review/reviewSystem.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { commandLine } from './system/commandLine.ts';

endOnError('schema:check');
const { settings, switches } = commandLine({
  name: 'schema:check',
  does: 'reviews the schema: whether it composes, and whom a change breaks, for every contract and every registered document. Ends with 1 if something breaks that nobody approved.',
  flags: {
    '--against <ref>': 'compares with this branch, tag or commit; by default where the branch left main',
    '--why <coordinate>':
      'tells instead where a type, field or value comes from, who uses it, and what its removal breaks',
    '--markdown': 'prints the text for a pull request',
    '--annotations': 'prints workflow commands, which show each finding beside its line',
    '--sarif': 'prints SARIF 2.1.0',
    '--junit': 'prints JUnit XML',
    '--json': 'prints the result as JSON',
  },
  more: 'docs/schema-review.md tells the rules, how to approve a finding, and how to move a field.',
  examples: ['schema:check', 'schema:check --against v1.4.0 --markdown > review.md', 'schema:check --why Order.total'],
});

const reports: Readonly<Record<string, (review: Review) => string>> = {
  markdown: markdownReport,
  annotations,
  sarif: sarifReport,
  junit: junitReport,
  json: (review) => `${JSON.stringify(review, undefined, 2)}\n`,
};

const root = new URL('..', import.meta.url).pathname;
const coordinate = settings['WHY'];
if (coordinate === undefined) {
  const review = await reviewSystem(root, settings['AGAINST']);
  const format = Object.keys(reports).find((name) => switches.has(name)) ?? '';
  process.stdout.write((reports[format] ?? terminalReport)(review));
  process.exitCode = passes(review) ? 0 : 1;
} else process.stdout.write(explain(coordinate, await subjectOf(root, undefined)));
