import { eventCatalogue } from '#schema/eventCatalogue.ts';
import { eventNameProblems } from '#schema/check/eventNames.ts';
import { portClashes } from '../system/ports.ts';

/** What eslint cannot see: names of events, and ports that two registries give away twice. */
const problems = [...[...(await eventCatalogue()).values()].flatMap(eventNameProblems), ...portClashes()];
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
