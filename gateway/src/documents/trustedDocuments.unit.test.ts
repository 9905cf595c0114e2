import { createHash } from 'node:crypto';
import { parse, print } from 'graphql';
import { expect, test } from 'vitest';
import { TrustedDocuments, normalise } from './trustedDocuments.ts';

const operation = 'query Q { a { ...B ...A } }';
const a = 'fragment A on T { x }';
const b = 'fragment B on T { y { ...A } }';

test('the order of fragments does not change the id of a document, and their content does', () => {
  expect(normalise(parse(`${b} ${operation} ${a}`))).toBe(normalise(parse(`${operation}\n# A comment\n${a}\n${b}`)));
  expect(normalise(parse(`${operation} ${a} ${b}`))).not.toBe(
    normalise(parse(`${operation} ${a} ${b.replace('y', 'z')}`)),
  );
});

test('a document is found by the hash of its file, of its text as printed by graphql-js, and of its normalised text', () => {
  const source = `# A screen.\n${operation}\n${b}\n${a}\n`;
  const documents = new TrustedDocuments();
  documents.add(source, 'q.graphql');
  for (const text of [source, print(parse(source)), normalise(parse(source))]) {
    expect(documents.byId(createHash('sha256').update(text).digest('hex'))?.operationName).toBe('Q');
  }
});
