import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenAPI3 } from 'openapi-typescript';
import { root, writeIfChanged, type GenerateTask } from './task.ts';

const source = 'rest/openapi-3.1.json';
const output = 'generated/rest/openapi.ts';

/**
 * Makes the types of a REST client from the OpenAPI document, by a stock generator, as an app's developer would. That
 * they compile and fit what is answered is tested in `e2e/rest`.
 */
export const restClient = (): GenerateTask[] => [
  {
    name: output,
    inputs: ['scripts/generate/restClient.ts', source],
    outputs: [output],
    async run() {
      const { default: openapiTS, astToString } = await import('openapi-typescript');
      const document = JSON.parse(readFileSync(join(root, source), 'utf8')) as OpenAPI3;
      writeIfChanged(output, astToString(await openapiTS(document)));
    },
  },
];
