import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { loadRoutes } from '#gateway/rest/loadRoutes.ts';
import { conformanceText } from '../../rest/conformance.ts';
import { scopesForApps } from './openApi/appRoutes.ts';
import { root, writeIfChanged, type GenerateTask } from './task.ts';

export const restPagePath = 'docs/rest.md';
const [begin, end] = ['<!-- generated from the routes: do not edit -->', '<!-- end of what is generated -->'];

/** Puts the tables of the routes into `docs/rest.md`. The rest of the page is written by hand. */
export const restPage = (): GenerateTask[] => [
  {
    name: restPagePath,
    inputs: [
      'scripts/generate/restPage.ts',
      'scripts/generate/openApi/appRoutes.ts',
      'schema/channels/rest.graphql',
      'schema/supergraph.graphql',
      'rest/conformance.ts',
      'rest/v1',
      'rest/v2',
      'gateway/src/rest',
    ],
    outputs: [restPagePath],
    run: () => Promise.resolve(void writeIfChanged(restPagePath, restPageText())),
  },
];

/** The content of the page. */
export function restPageText(): string {
  const page = readFileSync(`${root}/${restPagePath}`, 'utf8');
  const [head, rest = ''] = page.split(begin);
  const schema = buildSchema(readFileSync(`${root}/schema/channels/rest.graphql`, 'utf8'), { assumeValid: true });
  const tables = conformanceText(loadRoutes(new URL('../../rest/', import.meta.url)), scopesForApps(schema));
  return `${head}${begin}\n\n${tables}\n\n${end}${rest.split(end)[1] ?? '\n'}`;
}
