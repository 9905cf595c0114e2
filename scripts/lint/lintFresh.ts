import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { composeAll } from '#schema/compose/composeAll.ts';
import { asyncApiPath, asyncApiText } from '../generate/asyncApi.ts';
import { composeFileText } from '../generate/composeFile.ts';
import { edgesPagePath, edgesPageText } from '../generate/edgesPage.ts';
import { eventSchemaFiles } from '../generate/eventSchemas.ts';
import { importSchemaFiles } from '../generate/importSchemas.ts';
import { kongFilePath, kongFileText } from '../generate/kongFile.ts';
import { permissionsPagePath, permissionsPageText } from '../generate/permissionsPage.ts';
import { prometheusFileText } from '../generate/prometheusFile.ts';
import { openApiFiles } from '../generate/openApi/openApi.ts';
import { postmanPath, postmanText } from '../generate/postman.ts';
import { restPagePath, restPageText } from '../generate/restPage.ts';
import { retentionPagePath, retentionPageText } from '../generate/retentionPage.ts';
import { settingsPagePath, settingsPageText } from '../generate/settingsPage.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { root } from '../generate/task.ts';
import { commandLine } from '../system/commandLine.ts';

endOnError('fresh');
commandLine({
  name: 'fresh',
  does: 'checks that committed files that are generated are what their sources say: supergraph, contracts of channels, docker-compose.yml and others.',
  examples: ['fresh'],
});

/** Checks that the generated files that are committed match their sources, since reviewers read them. */
const { stale } = await composeAll({ check: true });
const all = [...stale];
for (const [path, text] of [
  ['docker-compose.yml', await composeFileText()],
  ['ops/prometheus/prometheus.yml', await prometheusFileText()],
  [settingsPagePath, await settingsPageText()],
  [edgesPagePath, edgesPageText()],
  [permissionsPagePath, permissionsPageText()],
  [retentionPagePath, retentionPageText()],
  [kongFilePath, await kongFileText()],
  [restPagePath, restPageText()],
  ...openApiFiles(),
  [asyncApiPath, await asyncApiText()],
  [postmanPath, postmanText()],
  ...importSchemaFiles(),
  ...(await eventSchemaFiles()),
] as const) {
  const file = join(root, path);
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) all.push(path);
}
for (const path of all) console.error(`${path} is stale: run "npx -y pnpm@10.34.9 generate" and commit it`);
process.exitCode = all.length > 0 ? 1 : 0;
