import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { StartupError } from '#platform/config/startupError.ts';
import { runTool } from '../generate/runTool.ts';
import { root } from '../generate/task.ts';
import { appFiles } from './appFiles.ts';
import { screenOf } from './appScreens.ts';

/** @throws StartupError if a folder has files, or is none */
function checkEmpty(folder: string): void {
  if (!existsSync(folder)) return;
  let files: string[];
  try {
    files = readdirSync(folder);
  } catch {
    throw new StartupError(`${folder} is no folder: name another with --into.`);
  }
  if (files.length > 0) throw new StartupError(`${folder} is not empty: name another with --into.`);
}

/** Packs the stream client, which is in no registry, into a folder as it would be published. */
async function packStreamClient(vendor: string): Promise<void> {
  await runTool('npx', ['-y', 'pnpm@10.34.9', '--dir', 'clients/stream-client', 'pack', '--pack-destination', vendor]);
}

/**
 * Makes an app for a channel: a project of its own, whose install is not this repository's. The folder appears whole or
 * not at all.
 */
export async function createApp(channel: string, into: string | undefined, pack = packStreamClient): Promise<string> {
  screenOf(channel);
  const folder = resolve(into ?? join(root, `apps/${channel}-app`));
  checkEmpty(folder);
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
  };
  const { version } = JSON.parse(readFileSync(join(root, 'clients/stream-client/package.json'), 'utf8')) as {
    version: string;
  };
  const files = appFiles(channel, {
    versions: { ...dependencies, ...devDependencies },
    contract: readFileSync(join(root, `schema/channels/${channel}.graphql`), 'utf8'),
    streamClient: `drburger-stream-client-${version}.tgz`,
  });
  mkdirSync(dirname(folder), { recursive: true });
  const made = mkdtempSync(`${folder}-`);
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(made, path)), { recursive: true });
      writeFileSync(join(made, path), text);
    }
    await pack(join(made, 'vendor'));
    renameSync(made, folder);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
  return folder;
}

/** What its developer types next, in a shell. A folder may have any name. */
export function nextSteps(folder: string): string {
  const word = /^[\w./@+-]+$/.test(folder) ? folder : `'${folder.replaceAll("'", "'\\''")}'`;
  return `cd ${word} && cp .env.example .env && npm install && npm run dev`;
}
