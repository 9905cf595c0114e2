import type { ExecutionResult } from 'graphql';
import { parseJson } from '../../documents/parseJson.ts';
import { graphqlAnswer } from './graphqlAnswer.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The bytes of an answer. Who shares them reads them each into objects of their own. */
export class Landed {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** @throws Error for bytes that are no answer of GraphQL */
  read(): ExecutionResult {
    return graphqlAnswer(parseJson(utf8.decode(this.bytes), { trusted: true }));
  }
}
