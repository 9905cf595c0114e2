import { readdirSync } from 'node:fs';

/**
 * Who may import whom. Written as patterns over the text of an import, since every import across top folders goes through the `#…/` names of
 * package.json, and one that climbs out of its own folder by `../` is caught by its depth.
 */
const root = new URL('../..', import.meta.url);
const subgraphs = readdirSync(new URL('subgraphs/', root), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);

const refuse = (files, groups, ignores = []) => ({
  files,
  ignores,
  rules: {
    'no-restricted-imports': ['error', { patterns: groups.map(([regex, message]) => ({ regex, message })) }],
  },
});

const climbsTo = (folders) => `^(\\.\\./)+(${folders.join('|')})/`;
const named = (folders) => `^#(${folders.join('|')})/`;

const outside = [named(['sandbox', 'bffs', 'gateway']), 'A subgraph knows neither the sandbox nor the channels nor the gateway.'];

/** Tests of a subgraph may run the outside world against it. */
const tests = (name) => [`subgraphs/${name}/**/*.test.ts`, `subgraphs/${name}/**/testing/**`];

/** One rule per subgraph: the others are out of bounds, its own `#subgraphs/<name>/` too, since within a folder imports are relative. */
const offLimits = (name) => [
  ['^#subgraphs/', 'Subgraphs never import each other: they meet in schema/ (events, gRPC, entities). Within one, import relatively.'],
  [`^(\\.\\./)+(subgraphs/)?(?!${name}/)(${subgraphs.join('|')})/`, 'Subgraphs never import each other: they meet in schema/.'],
  [`^#generated/(?!${name}/|proto/)`, 'Another domain’s generated code is as private as its source.'],
  [climbsTo(['sandbox', 'bffs', 'gateway', 'scripts', 'platform', 'schema', 'generated']), 'Across top folders import by the # names.'],
];

const perSubgraph = subgraphs.flatMap((name) => [
  refuse([`subgraphs/${name}/**/*.ts`], [...offLimits(name), outside], tests(name)),
  refuse(tests(name), offLimits(name)),
]);

export const boundaries = [
  refuse(['platform/**/*.ts'], [
    [named(['subgraphs', 'bffs', 'sandbox', 'gateway']), 'The platform imports no subgraph, channel, sandbox or gateway.'],
    [`^#generated/(?!proto/)`, 'The platform imports no domain’s generated code.'],
    [climbsTo(['subgraphs', 'bffs', 'sandbox', 'gateway', 'scripts', 'schema', 'generated']), 'Across top folders import by the # names; the platform imports no subgraph, channel, sandbox or gateway.'],
  ]),
  refuse(['gateway/**/*.ts', 'bffs/**/*.ts'], [
    [named(['subgraphs']), 'A channel reaches domains through the graph only.'],
    [climbsTo(['subgraphs']), 'A channel reaches domains through the graph only.'],
  ]),
  ...perSubgraph,
];
