import { endOnError } from '#platform/telemetry/endOnError.ts';
import { subjectOf } from '#schema/check/review/reviewSystem.ts';
import { changelogBetween } from '#schema/check/changelog/changelogBetween.ts';
import { changelogPage } from './docs/changelogPage.ts';
import { contractPages } from './docs/contractPages.ts';
import { root, writeIfChanged } from './generate/task.ts';
import { commandLine } from './system/commandLine.ts';

endOnError('docs:build');
const { settings } = commandLine({
  name: 'docs:build',
  does: 'writes the reference of each contract as HTML into generated/docs: types, fields, scopes, costs, deprecations, and which documents use a field. It loads nothing from elsewhere.',
  flags: { '--changelog <from>..<to>': 'with a page of what changed between two commits' },
  examples: ['docs:build', 'docs:build --changelog v1.3.0..v1.4.0'],
});
const pages = await contractPages(await subjectOf(root));
for (const [name, html] of pages) writeIfChanged(`generated/docs/${name}.html`, html);
const { CHANGELOG: range } = settings;
if (range !== undefined)
  writeIfChanged('generated/docs/changelog.html', changelogPage(await changelogBetween(root, range)));
console.log(`docs:build: ${pages.size + (range === undefined ? 0 : 1)} pages; open generated/docs/index.html`);
