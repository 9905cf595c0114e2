import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';

const root = new URL('../../', import.meta.url);
const program = fileURLToPath(new URL('node_modules/.cache/schemathesis/bin/schemathesis', root));
const document = fileURLToPath(new URL('rest/openapi-3.0.json', root));

/** As `describe`; without schemathesis the tests are skipped, by name, saying why. In CI they are not, and fail. */
export function describeWithSchemathesis(name: string, tests: () => void): void {
  const how =
    'python3 -m venv node_modules/.cache/schemathesis && node_modules/.cache/schemathesis/bin/pip install -r e2e/rest/requirements.txt';
  if (!existsSync(program) && !process.env['CI']) describe.skip(`${name} (skipped: run \`${how}\`)`, tests);
  else describe(name, tests);
}

/**
 * No fault of ours, no answer that the OpenAPI document does not have, nothing taken that it does not allow, and what
 * is made is where its links lead. Left out is `positive_data_acceptance`, since a made-up id or day is rightly
 * refused.
 */
const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
  'missing_required_header',
  'unsupported_method',
  'allow_header_conformance',
  'ignored_auth',
  'use_after_free',
  'ensure_resource_availability',
];

/** Besides what it takes for a refusal itself: 428 is what RFC 6585 has for a change that says no `If-Match`. */
const configuration = `[checks]
missing_required_header.expected-statuses = [400, 401, 403, 406, 415, 422, 428]
`;

export interface SchemathesisRun {
  readonly baseUrl: string;
  readonly token: string;
  readonly seconds: number;
  /** Flags that choose routes or phases. */
  readonly flags?: readonly string[];
}

/**
 * Sends what schemathesis makes of the OpenAPI document, the same on every run up to the time limit. `failed` says
 * whether it found something, which `report` tells.
 */
export async function runSchemathesis({ baseUrl, token, seconds, flags = [] }: SchemathesisRun) {
  const cwd = await mkdtemp(join(tmpdir(), 'schemathesis-'));
  await writeFile(join(cwd, 'schemathesis.toml'), configuration);
  const args = [
    ...['run', document, '--url', baseUrl, '-H', `Authorization: Bearer ${token}`, '--checks', checks.join(',')],
    ...['--generation-deterministic', '--max-time', String(seconds), '--phases', 'examples,coverage,fuzzing'],
    ...['--request-timeout', '30', '--warnings', 'off', '--no-color', '--continue-on-failure', ...flags],
  ];
  try {
    return await new Promise<{ failed: boolean; report: string }>((resolve, reject) => {
      execFile(program, args, { cwd, timeout: (seconds + 90) * 1_000, maxBuffer: 1e8 }, (error, report) => {
        if (error && error.code !== 1) reject(new Error(`schemathesis: ${error.message}\n${report}`));
        else resolve({ failed: error !== null, report });
      });
    });
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}
