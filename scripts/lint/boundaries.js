import { readdirSync } from 'node:fs';

/**
 * Lint rules that say which folder may import which. They are patterns over the text of an import: imports across top
 * folders use the `#…/` names of package.json, and relative ones that leave their top folder are found by their `../`.
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
    // The rule above covers import declarations only; this one covers dynamic `import()`.
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
 * Code that is for tests and development only. If production code imported it, every production process would load it.
 */
const forTests = [
  ['(^|/)testkit/', 'The test kit is for tests: what production needs of it belongs elsewhere in platform/.'],
  [
    '^#sandbox/|^(\\.\\./)+sandbox/',
    'The sandbox is for development and tests: only scripts/system/development/ runs it.',
  ],
];

/** The files of a folder that are tests, or are run by tests only. */
const testFiles = (folder) => [`${folder}/**/*.test.ts`, `${folder}/**/{testkit,testing,fixtures}/**`];

const climbsTo = (folders) => `^(\\.\\./)+(${folders.join('|')})/`;
const named = (folders) => `^#(${folders.join('|')})/`;

const outside = [
  named(['sandbox', 'bffs', 'gateway']),
  'A subgraph knows neither the sandbox nor the channels nor the gateway.',
];

/** A subgraph's tests, which may run the sandbox, the gateway and channels against it. */
const tests = (name) => [`subgraphs/${name}/**/*.test.ts`, `subgraphs/${name}/**/testing/**`];

/**
 * The rules of one subgraph: it may import no other subgraph, and its own files by relative paths only, not by
 * `#subgraphs/<name>/`.
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

/** The platform's tests. `busContract.ts` is one, too: a suite that the tests of each bus run. */
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

/** The door for webhooks stands before the domains, and asks them by gRPC. */
const webhooks = [
  [named(['subgraphs', 'bffs', 'gateway']), 'The door for webhooks reaches domains by gRPC only.'],
  [`^#generated/(?!proto/)`, 'The door for webhooks imports no domain’s generated code.'],
  [
    climbsTo(['subgraphs', 'bffs', 'sandbox', 'gateway', 'scripts', 'platform', 'schema', 'generated']),
    'Across top folders import by the # names.',
  ],
];

/** Scripts that may import test code. `chaos.ts` runs a test. */
const scriptTests = [...testFiles('scripts'), 'scripts/system/development/**', 'scripts/chaos.ts'];

export const boundaries = [
  refuse(['platform/**/*.ts'], [...platform, forTests[0]], platformTests),
  refuse(platformTests, platform),
  refuse(['gateway/**/*.ts', 'bffs/**/*.ts'], [...edge, ...forTests], edgeTests),
  refuse(edgeTests, edge),
  refuse(['webhooks/**/*.ts'], [...webhooks, ...forTests], testFiles('webhooks')),
  refuse(['scripts/**/*.ts', 'schema/**/*.ts'], forTests, [...scriptTests, ...testFiles('schema')]),
  ...perSubgraph,
];
