import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { composeAll } from '#schema/compose/composeAll.ts';
import { composeFileText } from '../generate/composeFile.ts';
import { root } from '../generate/task.ts';

/** Committed files that are generated must be what their sources say now; reviewers read them. */
const { stale } = await composeAll({ check: true });
const all = [...stale];
const composeFile = join(root, 'docker-compose.yml');
if (!existsSync(composeFile) || readFileSync(composeFile, 'utf8') !== (await composeFileText())) all.push('docker-compose.yml');
for (const path of all) console.error(`${path} is stale: run "npx -y pnpm@10.34.9 generate" and commit it`);
process.exitCode = all.length > 0 ? 1 : 0;
