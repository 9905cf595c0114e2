import { buildSchema } from 'graphql';
import { expect, it } from 'vitest';
import { defaultLimits } from '#gateway/documents/limits.ts';
import { loadTrustedDocuments } from '#gateway/documents/trustedDocuments.ts';
import { CostIndex } from '#gateway/graph/costIndex.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { treeOf } from '../against/tree.ts';
import { Coordinates } from '../model/coordinates.ts';
import { Owners } from '../model/owners.ts';
import { documentFindings } from './documentFindings.ts';

const contract = buildSchema('type Query { a: Int }');
const rules = { name: 'kiosk', tags: ['kiosk'], contract, limits: defaultLimits };
const context = {
  channel: { ...rules, costs: new CostIndex({ kind: 'Document' as never, definitions: [] }, contract) },
  coordinates: new Coordinates([]),
  owners: new Owners(''),
};

/** What the check says of the documents, and whether a channel would start with them. */
function judged(texts: Readonly<Record<string, string>>) {
  const files = Object.entries(texts).map(([name, text]) => [`bffs/kiosk/operations/${name}.graphql`, text] as const);
  const findings = documentFindings(treeOf('now', new Map(files)), context);
  const folder = temporaryFolder('documents');
  mkdirSync(join(folder, 'operations'));
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, 'operations', `${name}.graphql`), text);
  let starts = true;
  try {
    loadTrustedDocuments(pathToFileURL(join(folder, 'operations/')));
  } catch {
    starts = false;
  }
  return { rules: findings.map(({ rule, place }) => `${rule} ${place?.file}:${place?.line}`), starts };
}

it.each([
  ['no operation', { a: 'fragment F on Query { a }' }],
  ['no name', { a: '{ a }' }],
  ['two operations', { a: 'query A { a } query B { a }' }],
  ['nothing', { a: '' }],
  ['no GraphQL', { a: 'query A {' }],
  ['the name of another', { a: 'query A { a }', b: 'query A { again: a }' }],
])('the check refuses what a channel does not start with: a document with %s', (_, texts) => {
  const { rules: said, starts } = judged(texts);
  expect(starts).toBe(false);
  expect(said[0]).toMatch(/^document-invalid bffs\/kiosk\/operations\/[ab]\.graphql:1$/);
});

it.each([
  ['a byte order mark and Windows line ends', { a: '\uFEFFquery A {\r\n  a\r\n}\r\n' }],
  ['fragments', { a: 'query A { ...F } fragment F on Query { a }' }],
  ['the name of the other in another case', { a: 'query A { a }', b: 'query a { a }' }],
])('and takes what it starts with: a document with %s', (_, texts) => {
  expect(judged(texts)).toEqual({ rules: [], starts: true });
});
