import { generate } from '@graphql-codegen/cli';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { channelOperations } from './channelOperations.ts';
import { root } from './task.ts';

const generated = `${root}generated/bffs/kiosk/typedTest.ts`;
const user = `${root}generated/bffs/kiosk/typedTestUser.ts`;
const usage = `
import type { ResultOf } from '@graphql-typed-document-node/core';
import { BoardDocument } from './typedTest.ts';
export const numbers = (board: ResultOf<typeof BoardDocument>): number[] =>
  board.orderBoard?.ready.map((each) => each.number) ?? [];
`;

/** Types as the channel's own documents get them, of one document. */
async function typesOf(document: string): Promise<string> {
  const { ['generated/bffs/kiosk/operations.ts']: kiosk } = channelOperations();
  const output = { ...(kiosk as object), documents: document };
  const files = (await generate({ generates: { [generated]: output }, silent: true }, false)) as { content: string }[];
  return files[0]!.content;
}

/** What the compiler says of who uses the document; nothing is written. */
function errorsOfUser(types: string): string[] {
  const texts = new Map([
    [generated, types],
    [user, usage],
  ]);
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (file) => texts.has(file) || fileExists(file);
  host.readFile = (file) => texts.get(file) ?? readFile(file);
  host.getSourceFile = (file, target) => {
    const text = texts.get(file);
    return text === undefined ? getSourceFile(file, target) : ts.createSourceFile(file, text, target);
  };
  const program = ts.createProgram([user], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

it('a field that a document no longer has fails the type check of its user', async () => {
  const board = (fields: string) => `query Board($id: ID!) { orderBoard(storeId: $id) { ready { ${fields} } } }`;
  expect(errorsOfUser(await typesOf(board('orderId number')))).toEqual([]);
  expect(errorsOfUser(await typesOf(board('orderId')))).toEqual([
    expect.stringMatching(/Property 'number' does not exist on type/),
  ]);
});

it('a field that the contract no longer has fails the generation, with its name', async () => {
  const gone = 'query Board($id: ID!) { orderBoard(storeId: $id) { ready { orderId gone } } }';
  await expect(typesOf(gone)).rejects.toThrow(/Cannot query field "gone"/);
});
