import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Parser } from '@asyncapi/parser';
import { Spectral, type RulesetDefinition } from '@stoplight/spectral-core';
import { asyncApiPath } from '../generate/asyncApi.ts';
import { root } from '../generate/task.ts';

const require = createRequire(import.meta.url);
const { oas } = require('@stoplight/spectral-rulesets') as { oas: RulesetDefinition };

/**
 * Checks the documents that describe our interfaces to programs: OpenAPI by the rules of Spectral, AsyncAPI by the
 * official parser.
 */
const problems: string[] = [];
for (const file of ['rest/openapi-3.0.json', 'rest/openapi-3.1.json']) {
  const spectral = new Spectral();
  spectral.setRuleset({ extends: [[oas, 'recommended']] });
  const described = JSON.parse(readFileSync(`${root}/${file}`, 'utf8')) as Record<string, unknown>;
  for (const { code, path, message } of await spectral.run(described))
    problems.push(`${file}: ${path.join('.')}: ${message} (${code})`);
}
const { document, diagnostics } = await new Parser().parse(readFileSync(`${root}/${asyncApiPath}`, 'utf8'));
if (!document) problems.push(`${asyncApiPath} is not AsyncAPI`);
for (const { severity, path, message } of diagnostics)
  // Severities of Spectral: 0 is an error, 1 a warning.
  if (severity < 2) problems.push(`${asyncApiPath}: ${path.join('.')}: ${message}`);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
