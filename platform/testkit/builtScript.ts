import { symlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { temporaryFolder } from './temporaryFolder.ts';

const root = new URL('../..', import.meta.url).pathname;
const built = new Map<string, Promise<string>>();
let folder: string | undefined;

/**
 * Bundles a TypeScript file with all modules of ours that it imports, and resolves to the path of the JavaScript file,
 * which Node runs by itself. A process started by tsx reads some hundred modules one by one, which takes it longer than
 * anything it does afterwards; the bundle is made once for each test process, in a quarter of a second. Packages stay
 * outside, and are loaded as always.
 */
export function builtScript(script: string): Promise<string> {
  const known = built.get(script) ?? bundle(script);
  built.set(script, known);
  return known;
}

async function bundle(script: string): Promise<string> {
  folder ??= folderWithPackages();
  const outdir = join(folder, String(built.size));
  await build({
    entryPoints: [script],
    outdir,
    bundle: true,
    // Modules that are imported later, such as those of the other domains, remain files of their own.
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    plugins: [ownAddresses],
    // Names of functions and classes appear in logs and in what DBOS stores.
    keepNames: true,
    logLevel: 'error',
  });
  return join(outdir, `${basename(script, '.ts')}.js`);
}

/** Node looks for the packages in a folder `node_modules` above the file that imports them. */
function folderWithPackages(): string {
  const made = temporaryFolder('built');
  symlinkSync(join(root, 'node_modules'), join(made, 'node_modules'));
  return made;
}

/** Each module finds the files beside its source (SDL, migrations, pages) although its code lies in a bundle. */
const ownAddresses: Plugin = {
  name: 'own addresses',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
      loader: 'ts',
      contents: (await readFile(path, 'utf8'))
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path))),
    }));
  },
};
