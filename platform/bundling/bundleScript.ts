import { lstatSync, mkdirSync, symlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = new URL('../..', import.meta.url).pathname;

/**
 * Bundles a TypeScript file with all modules of ours that it imports into a folder, and resolves to the path of the
 * JavaScript file, which Node runs by itself. A process that tsx starts reads some hundred modules one by one, through
 * a thread of its own: of loading the whole system that is more than half the CPU. Packages stay outside, and are
 * loaded as always.
 */
export async function bundleScript(script: string, folder: string): Promise<string> {
  linkPackages(folder);
  await build({
    entryPoints: [script],
    outdir: folder,
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
    // `node --enable-source-maps` tells the lines of the sources.
    sourcemap: 'linked',
    logLevel: 'error',
  });
  return join(folder, `${basename(script, '.ts')}.js`);
}

/** Node looks for packages in a folder `node_modules` above the file that imports them. */
function linkPackages(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const link = join(folder, 'node_modules');
  const isWithin = !relative(root, resolve(folder)).startsWith('..');
  if (!isWithin && !lstatSync(link, { throwIfNoEntry: false })) symlinkSync(join(root, 'node_modules'), link);
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
