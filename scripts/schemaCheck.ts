import { fileURLToPath } from 'node:url';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { beginAgain, isRerun, keepRunning } from './schema/again.ts';
import { commandLine } from './system/commandLine.ts';

endOnError('schema:check');
const { settings, switches } = commandLine({
  name: 'schema:check',
  does: 'reviews the schema: whether it composes, and whom a change breaks, for every contract and every registered document. Ends with 1 if something breaks that nobody approved.',
  flags: {
    '--against <ref>': 'compares with this branch, tag or commit; by default where the branch left main',
    '--documents <file>':
      'documents that partners registered at the running system, as "documents export" writes them; by default bffs/partner/registered.json, if it is there',
    '--watch': 'goes on, and answers within a second whenever a file that it reads is saved',
    '--changelog <from>..<to>':
      'tells instead what changed between two commits, as Markdown for those who use the contracts',
    '--why <coordinate>':
      'tells instead where a type, field or value comes from, who uses it, and what its removal breaks',
    '--markdown': 'prints the text for a pull request',
    '--annotations': 'prints workflow commands, which show each finding beside its line',
    '--sarif': 'prints SARIF 2.1.0',
    '--junit': 'prints JUnit XML',
    '--json': 'prints the result as JSON',
  },
  more: 'docs/schema-review.md tells the rules, how to approve a finding, and how to move a field.',
  examples: [
    'schema:check',
    'schema:check --watch',
    'schema:check --against v1.4.0 --markdown > review.md',
    'schema:check --changelog v1.3.0..v1.4.0 > changes.md',
    'schema:check --documents partners.json',
    'schema:check --why Order.total',
  ],
});

const root = fileURLToPath(new URL('..', import.meta.url));
const tell = (text: string): void => void process.stdout.write(text);
const { WHY: coordinate, AGAINST: against, CHANGELOG: range, DOCUMENTS: registered } = settings;

// What is not asked for is not loaded: the process that only begins others stays small.
if (switches.has('watch') && !isRerun) await keepRunning();
else if (switches.has('watch')) {
  const { watchSchema } = await import('./schema/watchSchema.ts');
  const { reportOf } = await import('#schema/check/reports/reportOf.ts');
  const outdated = (path: string): never => {
    tell(`\n${path} changed: begins again\n`);
    return beginAgain();
  };
  watchSchema({ root, against, registered, report: reportOf(switches), tell, outdated });
} else if (range !== undefined) {
  const { changelogBetween } = await import('#schema/check/changelog/changelogBetween.ts');
  const { changelogMarkdown } = await import('#schema/check/changelog/changelogMarkdown.ts');
  tell(changelogMarkdown(await changelogBetween(root, range)));
} else if (coordinate !== undefined) {
  const { explain } = await import('#schema/check/review/explain.ts');
  const { subjectOf } = await import('#schema/check/review/reviewSystem.ts');
  tell(explain(coordinate, await subjectOf(root, undefined, { registered })));
} else {
  const { passes } = await import('#schema/check/model/finding.ts');
  const { reviewSystem } = await import('#schema/check/review/reviewSystem.ts');
  const { reportOf } = await import('#schema/check/reports/reportOf.ts');
  const review = await reviewSystem(root, against, { registered });
  tell(reportOf(switches)(review));
  process.exitCode = passes(review) ? 0 : 1;
}
