import { expect, test } from 'vitest';
import { TrustedDocuments, documentId } from '#gateway/documents/trustedDocuments.ts';
import { manifestsOf, readManifest } from './manifests.ts';

const source = '# The stores.\nquery Stores { stores { edges { node { id } } } }\n';
const made = manifestsOf([{ file: 'stores.graphql', text: source }]);
const trusted = new TrustedDocuments();
trusted.add(source, 'stores.graphql');

test.each(Object.entries(made))('the manifest %s is read again, and the channel knows its ids', (format, content) => {
  const [document, ...others] = readManifest(JSON.stringify(content), `${format}.json`);
  expect(others).toEqual([]);
  expect(document?.name).toBe('Stores');
  expect(trusted.byId(document!.id)?.operationName).toBe('Stores');
});

test('Apollo’s manifest has the text as Apollo Client sends it, under its hash', () => {
  const { id, body, type } = made.apollo.operations[0]!;
  expect(type).toBe('query');
  expect(body.match(/__typename/g)).toHaveLength(3);
  expect(id).toBe(documentId(body));
});

test('ours has what the comment above a document says', () => {
  expect(made.documents[0]?.description).toBe('The stores.');
});

test.each([
  ['[null]', 'm.json: a document of the manifest has no text.'],
  ['{"a":"fragment F on Store { id }"}', 'm.json: the document a: a trusted document has exactly one operation'],
  ['{"a":"query A { stores {"}', 'm.json: the document a: Syntax Error'],
  [
    '{"format":"apollo-persisted-query-manifest","operations":[null]}',
    'm.json: a document of the manifest has no text.',
  ],
])('says which document of a manifest cannot be read: %s', (text, said) => {
  expect(() => readManifest(text, 'm.json')).toThrow(said);
});
