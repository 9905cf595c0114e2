import ts from 'typescript';
import { expect, it } from 'vitest';
import { curlOf, typescriptOf } from './snippets.ts';

const calling = { address: 'http://localhost:4005/graphql', signed: true };
const checked = (name: string) => ({
  ...{ documentId: 'a'.repeat(64), name, text: '', description: '', limits: [], scopes: [] },
  variables: [{ name: 'class', type: 'readonly string[]', required: false }],
});

it.each(['StoreList', 'Delete', 'await', 'Fetch', 'SignRequest', 'JSON', '_', 'Process', '__proto__'])(
  'the function for an operation %s is TypeScript, and hides nothing that it calls',
  (name) => {
    const text = typescriptOf(checked(name), calling);
    const { diagnostics } = ts.transpileModule(text, { reportDiagnostics: true });
    expect(diagnostics?.map(({ messageText }) => messageText)).toEqual([]);
    const [, called] = /export async function (\w+)\(/.exec(text) ?? [];
    expect(['fetch', 'signRequest', 'JSON', 'process']).not.toContain(called);
  },
);

it('no quote in a variable ends what the shell is given', () => {
  const line = curlOf(checked('A'), { a: `'; rm -rf / #` }, { ...calling, signed: false });
  expect(line).toContain(`'\\''; rm -rf / #`);
});
