import { endOnError } from '#platform/telemetry/endOnError.ts';
import { subjectOf } from '#schema/check/review/reviewSystem.ts';
import { contractPages } from './docs/contractPages.ts';
import { root, writeIfChanged } from './generate/task.ts';
import { commandLine } from './system/commandLine.ts';

endOnError('docs:build');
commandLine({
  name: 'docs:build',
  does: 'writes the reference of each contract as HTML into generated/docs: types, fields, scopes, costs, deprecations, and which documents use a field. It loads nothing from elsewhere.',
  examples: ['docs:build'],
});
const pages = await contractPages(await subjectOf(root, undefined));
for (const [name, html] of pages) writeIfChanged(`generated/docs/${name}.html`, html);
console.log(`docs:build: ${pages.size} pages; open generated/docs/index.html`);
