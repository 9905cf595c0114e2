import { readdirSync } from 'node:fs';

/**
 * Who may import whom. Written as patterns over the text of an import, since every import across top folders goes
 * through the `#…/` names of package.json, and one that climbs out of its own folder by `../` is caught by its depth.
 */
const root = new URL('../..', import.meta.url);
const subgraphs = readdirSync(new URL('subgraphs/', root), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

const refuse = (files, groups, ignores = []) => ({
  files,
  ignores,
  rules: {
    'no-restricted-imports': ['error', { patterns: groups.map(([regex, message]) => ({ regex, message })) }],
    // The rule above looks at import declarations only: what is loaded while the process runs is looked at here.
    'no-restricted-syntax': [
      'error',
      ...groups.map(([regex, message]) => ({
        selector: `ImportExpression[source.value=/${regex.replaceAll('/', '\\u002F')}/]`,
        message,
      })),
    ],
  },
});

/**
 * What is made for tests and development. Production code that imports it would bring it into every production process.
 */
const forTests = [
  ['(^|/)testkit/', 'The test kit is for tests: what production needs of it belongs elsewhere in platform/.'],
  [
    '^#sandbox/|^(\\.\\./)+sandbox/',
    'The sandbox is for development and tests: only scripts/system/development/ runs it.',
  ],
];

/** Of any folder: tests, and what only tests run. */
const testFiles = (folder) => [`${folder}/**/*.test.ts`, `${folder}/**/{testkit,testing,fixtures}/**`];

const climbsTo = (folders) => `^(\\.\\./)+(${folders.join('|')})/`;
const named = (folders) => `^#(${folders.join('|')})/`;

const outside = [
  named(['sandbox', 'bffs', 'gateway']),
  'A subgraph knows neither the sandbox nor the channels nor the gateway.',
];

/** Tests of a subgraph may run the outside world against it. */
const tests = (name) => [`subgraphs/${name}/**/*.test.ts`, `subgraphs/${name}/**/testing/**`];

/**
 * One rule per subgraph: the others are out of bounds, its own `#subgraphs/<name>/` too, since within a folder imports
 * are relative.
 */
const offLimits = (name) => [
  [
    '^#subgraphs/',
    'Subgraphs never import each other: they meet in schema/ (events, gRPC, entities). Within one, import relatively.',
  ],
  [
    `^(\\.\\./)+(subgraphs/)?(?!${name}/)(${subgraphs.join('|')})/`,
    'Subgraphs never import each other: they meet in schema/.',
  ],
  [`^#generated/(?!${name}/|proto/)`, 'Another domain’s generated code is as private as its source.'],
  [
    climbsTo(['sandbox', 'bffs', 'gateway', 'scripts', 'platform', 'schema', 'generated']),
    'Across top folders import by the # names.',
  ],
];

const perSubgraph = subgraphs.flatMap((name) => [
  refuse([`subgraphs/${name}/**/*.ts`], [...offLimits(name), outside, forTests[0]], tests(name)),
  refuse(tests(name), offLimits(name)),
]);

/** `busContract.ts` is a suite that several tests run. */
const platformTests = [...testFiles('platform'), 'platform/events/busContract.ts'];

const platform = [
  [
    named(['subgraphs', 'bffs', 'sandbox', 'gateway']),
    'The platform imports no subgraph, channel, sandbox or gateway.',
  ],
  [`^#generated/(?!proto/)`, 'The platform imports no domain’s generated code.'],
  [
    climbsTo(['subgraphs', 'bffs', 'sandbox', 'gateway', 'scripts', 'schema', 'generated']),
    'Across top folders import by the # names; the platform imports no subgraph, channel, sandbox or gateway.',
  ],
];

const edge = [
  [named(['subgraphs']), 'A channel reaches domains through the graph only.'],
  [climbsTo(['subgraphs']), 'A channel reaches domains through the graph only.'],
];
const edgeTests = [...testFiles('gateway'), ...testFiles('bffs')];

/** The random kills are a test that has a command. */
const scriptTests = [...testFiles('scripts'), 'scripts/system/development/**', 'scripts/chaos.ts'];

export const boundaries = [
  refuse(['platform/**/*.ts'], [...platform, forTests[0]], platformTests),
  refuse(platformTests, platform),
  refuse(['gateway/**/*.ts', 'bffs/**/*.ts'], [...edge, ...forTests], edgeTests),
  refuse(edgeTests, edge),
  refuse(['scripts/**/*.ts', 'schema/**/*.ts'], forTests, [...scriptTests, ...testFiles('schema')]),
  ...perSubgraph,
];
