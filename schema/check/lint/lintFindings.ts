import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { KeptFolder, keyOf } from '../../compose/keptFolder.ts';
import type { Tree } from '../against/tree.ts';
import type { Finding } from '../model/finding.ts';
import type { Owners } from '../model/owners.ts';
import type { Linted } from './lintText.ts';

interface TextToLint {
  readonly file: string;
  readonly text: string;
}

const kept = new KeptFolder<readonly Linted[]>('lint', 200);

/** What the linter says of the SDL of all subgraphs and views. A text that has not changed is not linted again. */
export async function lintFindings(tree: Tree, owners: Owners): Promise<Finding[]> {
  const texts = ['subgraphs', 'bffs']
    .flatMap((folder) => tree.list(folder))
    .filter((file) => /^[^/]+\/[^/]+\/schema\.graphql$/.test(file))
    .map((file) => ({ file, text: tree.read(file) ?? '' }));
  const known = new Map(texts.map((each) => [each.file, kept.read(lintKey(each))]));
  const missing = texts.filter(({ file }) => known.get(file) === undefined);
  if (missing.length > 0) {
    // The linter takes half a second to load.
    const { lintText } = await import('./lintText.ts');
    for (const each of missing) {
      const found = lintText(each.file, each.text);
      known.set(each.file, found);
      kept.write(lintKey(each), found);
    }
  }
  return [...known.values()]
    .flatMap((each) => each ?? [])
    .map((each) => ({ ...each, owners: owners.of(each.place?.file) }));
}

const lintKey = ({ file, text }: TextToLint): string => keyOf([linter(), file, text]);

let id: string | undefined;

/** What lints: the rules, our code, and the packages by their versions. */
function linter(): string {
  const require = createRequire(import.meta.url);
  id ??= keyOf([
    ...['eslint', '@graphql-eslint/eslint-plugin'].map(
      (name) => (require(`${name}/package.json`) as { version: string }).version,
    ),
    ...['./lintRules.ts', './lintText.ts'].map((file) => readFileSync(new URL(file, import.meta.url), 'utf8')),
  ]);
  return id;
}
