import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { contractOf, manifests } from './composeSystem.ts';
import { CompositionFailed } from './compositionProblem.ts';
import { graphSource } from './graphSource.ts';

/** The one problem that something ends with. */
function problemOf(work: () => unknown) {
  try {
    work();
  } catch (error) {
    if (!(error instanceof CompositionFailed)) throw error;
    return error.problems[0];
  }
  return undefined;
}

it('SDL that cannot be parsed is told with file, line and column', () => {
  const file = 'subgraphs/menu/schema.graphql';
  expect(problemOf(() => graphSource('menu', '', 'type A {\n  a: }\n', file))).toEqual({
    where: `${file}:2`,
    place: { file, line: 2, column: 6 },
    subject: `unreadable:${file}`,
    message: 'Syntax Error: Expected Name, found "}". Correct the SDL.',
  });
});

const rest = (await manifests()).find(({ routes }) => routes);

it.each([
  ['a syntax error', 'query A @rest {\n  a(\n}\n', /^Syntax Error: .*Correct the route\.$/, 3],
  [
    'a method that there is not',
    'query A\n@rest(method: WRONG, path: "/a") { a }\n',
    /WRONG\. Correct the route\.$/,
    2,
  ],
  ['no address', 'query A { a }\n', /^a route is an operation with a name, @rest, and one field\. Correct/, 1],
])('a route with %s is a finding and not the end of the check', (_, text, message, line) => {
  const folder = temporaryFolder('routes');
  mkdirSync(join(folder, 'v1/menu'), { recursive: true });
  writeFileSync(join(folder, 'v1/menu/a.graphql'), text);
  const problem = problemOf(() => contractOf({ ...rest!, routes: pathToFileURL(`${folder}/`) }, []));
  expect(problem?.message).toMatch(message);
  expect(problem?.place).toMatchObject({ file: 'rest/v1/menu/a.graphql', line });
});
