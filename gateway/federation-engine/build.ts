import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import ts from 'typescript';

/**
 * Writes `dist/`: the engine and what it needs of this repository in one module, and the types of what it exports; both
 * for `import` and for `require`.
 */
const here = fileURLToPath(new URL('.', import.meta.url));
const source = (name: string): string => join(here, 'src', `${name}.ts`);
const dist = join(here, 'dist');
const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8')) as Record<
  'dependencies' | 'peerDependencies',
  Record<string, string>
>;

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
for (const [format, ending] of [
  ['esm', 'js'],
  ['cjs', 'cjs'],
] as const)
  await build({
    entryPoints: [source('engineGateway')],
    outfile: join(dist, `engineGateway.${ending}`),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format,
    external: Object.keys({ ...dependencies, ...peerDependencies }),
    logLevel: 'warning',
  });
writeTypes(['engineGateway', 'gatewayOptions', 'remoteDataSource']);
console.log(`built ${dist}`);

/** Only of modules whose types need no other of this repository. */
function writeTypes(names: readonly string[]): void {
  const root = join(here, '../..');
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => readFileSync(path, 'utf8')) as {
    config: object;
  };
  const { options } = ts.parseJsonConfigFileContent(config, { ...ts.sys, readDirectory: () => [] }, root);
  const files = names.map(source);
  const program = ts.createProgram(files, {
    ...options,
    noEmit: false,
    incremental: false,
    tsBuildInfoFile: undefined,
    declaration: true,
    emitDeclarationOnly: true,
    rewriteRelativeImportExtensions: true,
  });
  for (const file of files)
    program.emit(program.getSourceFile(file), (path, text) => {
      const to = join(dist, basename(path, '.d.ts'));
      writeFileSync(`${to}.d.ts`, text.replaceAll(/'(\.\/\w+)\.ts'/g, "'$1.js'"));
      writeFileSync(`${to}.d.cts`, text.replaceAll(/'(\.\/\w+)\.ts'/g, "'$1.cjs'"));
    });
}
