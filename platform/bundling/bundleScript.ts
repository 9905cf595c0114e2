import { lstatSync, mkdirSync, symlinkSync } from 'node:fs';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Bundles a TypeScript file with all modules of ours that it imports into a folder, and resolves to the path of the
 * JavaScript file, which Node runs by itself. A process that tsx starts reads some hundred modules one by one, through
 * a thread of its own: of loading the whole system that is more than half the CPU.
 *
 * `packages` says where the packages of `dependencies` go. Those that are bundled, too, load in half the time, because
 * Node looks for some thousand files less; bundling them takes four times as long, so it is for what starts often. All
 * others, and what a package asks for that is not installed, are loaded from `node_modules` as always.
 */
export async function bundleScript(
  script: string,
  folder: string,
  packages: 'bundled' | 'outside' = 'outside',
): Promise<string> {
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
    ...(packages === 'outside'
      ? { packages: 'external', plugins: [ownAddresses(/\.ts$/)] }
      : {
          external: await packagesOfTools(),
          // The other form of this package asks for its own files by a function that no bundler sees through.
          alias: { 'jsonc-parser': join(root, 'node_modules/jsonc-parser/lib/esm/main.js') },
          plugins: [ownAddresses(/\.[cm]?[jt]s$/), notInstalled],
          banner: { js: requireForPackages },
        }),
    // Names of functions and classes appear in logs and in what DBOS stores; see `withCheapClosures`.
    keepNames: true,
    // `node --enable-source-maps` tells the lines of the sources.
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'error',
  });
  await withCheapClosures(folder);
  return join(folder, `${basename(script, '.ts')}.js`);
}

const nameFunction =
  /^var __name = \(target, value\) => __defProp\(target, "name", \{ value, configurable: true \}\);$/m;

/**
 * Keeps the names of classes and of functions, but gives none to arrow functions: naming one takes 256 bytes and a call
 * each time that it is made, which for one subscription was 1.5 KB.
 */
async function withCheapClosures(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.js')) continue;
    const file = join(folder, name);
    const code = await readFile(file, 'utf8');
    if (!nameFunction.test(code)) continue;
    await writeFile(
      file,
      code.replace(
        nameFunction,
        'var __name = (target, value) => target.prototype === undefined || target.name === value ? target : __defProp(target, "name", { value, configurable: true });',
      ),
    );
  }
}

/** Node looks for packages in a folder `node_modules` above the file that imports them. */
function linkPackages(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const link = join(folder, 'node_modules');
  const isWithin = !relative(root, resolve(folder)).startsWith('..');
  if (!isWithin && !lstatSync(link, { throwIfNoEntry: false })) symlinkSync(join(root, 'node_modules'), link);
}

/** What CommonJS packages call to load modules of Node itself; the names must not meet those of a module. */
const requireForPackages =
  "import { createRequire as makeRequire$ } from 'node:module'; const require = makeRequire$(import.meta.url);";

/** Packages that only a clone has, which makes code and databases with them: an image does without. */
async function packagesOfTools(): Promise<string[]> {
  const { devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  // The library for pictures is native code, which Node has to find where it is installed.
  return ['tsx', 'sharp', ...Object.keys(devDependencies)];
}

/** A package that another one looks for and does without when it is missing stays missing. */
const notInstalled: Plugin = {
  name: 'not installed',
  setup({ onResolve, resolve: find }) {
    onResolve({ filter: /^[^.#/]/ }, async ({ path, pluginData, ...from }) => {
      if (from.kind !== 'require-call' || pluginData === notInstalled) return undefined;
      const found = await find(path, { ...from, pluginData: notInstalled });
      return found.errors.length > 0 ? { path, external: true } : found;
    });
  },
};

/** Each module finds the files beside its source (SDL, migrations, pages) although its code lies in a bundle. */
const ownAddresses = (filter: RegExp): Plugin => ({
  name: 'own addresses',
  setup({ onLoad }) {
    onLoad({ filter }, async ({ path }) => ({
      loader: path.endsWith('ts') ? 'ts' : 'js',
      contents: withAddresses(path, await readFile(path, 'utf8')),
    }));
  },
});

function withAddresses(path: string, code: string): string {
  const folder = JSON.stringify(dirname(path));
  // In CommonJS these are variables; some packages declare the same names themselves.
  const variables = Object.entries({ __dirname: folder, __filename: JSON.stringify(path) })
    .filter(([name]) => code.includes(name) && !new RegExp(`(?:const|let|var) ${name}\\b`).test(code))
    .map(([name, value]) => `var ${name} = ${value};`);
  return (
    variables.join('') +
    code
      .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
      .replaceAll('import.meta.dirname', folder)
  );
}
