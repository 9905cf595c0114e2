import { hash } from 'node:crypto';
import { InMemoryLRUCache } from '@apollo/utils.keyvaluecache';
import type { DocumentNode } from 'graphql';

/**
 * The size limit of the validated documents of a subgraph, measured as JSON; in memory they take two and a half times
 * as much. About a thousand documents of the channels fit.
 */
export const documentStoreBytes = 4 * 1024 * 1024;

/** The length of a SHA-256 hash in hexadecimal digits. */
const hashLength = 64;

/**
 * The document store of an Apollo Server: what it has parsed and found valid, the least recently used dropped first. A
 * document larger than the limit is not kept. Apollo Server's keys end with the hash of the document's text, by which
 * others find the document, too.
 */
export class ValidatedDocuments extends InMemoryLRUCache<DocumentNode> {
  constructor() {
    super({ maxSize: documentStoreBytes });
  }

  override set(key: string, document: DocumentNode): Promise<void> {
    return super.set(key.slice(-hashLength), document);
  }

  override get(key: string): Promise<DocumentNode | undefined> {
    return super.get(key.slice(-hashLength));
  }

  override delete(key: string): Promise<boolean> {
    return super.delete(key.slice(-hashLength));
  }

  /** The document of this text, if Apollo Server has found it valid. */
  of(text: string): Promise<DocumentNode | undefined> {
    return super.get(hash('sha256', text));
  }
}
