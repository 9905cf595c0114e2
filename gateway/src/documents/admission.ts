import { createHash } from 'node:crypto';
import type { Documents, PreparedDocument } from './documents.ts';
import { LruCache } from './lruCache.ts';
import type { OperationRequest } from './operationRequest.ts';
import { Refusal } from '../errors/refusal.ts';
import { documentId, normalise, type TrustedDocument, type TrustedDocuments } from './trustedDocuments.ts';

export interface AdmittedDocument {
  readonly prepared: PreparedDocument;
  /** Name of the trusted operation; undefined for a document that anybody wrote. */
  readonly trusted?: string;
}

/**
 * Which document a request may run: a trusted one by id, by Apollo's hash or by its very text; any other only where the
 * channel is open (development, and the gateway for graphs of others).
 */
export class Admission {
  readonly #documents: Documents;
  readonly #trusted: TrustedDocuments;
  readonly #open: boolean;
  /** Texts that Apollo clients registered by hash, where that is allowed. */
  readonly #registered = new LruCache<string>(5_000_000);
  /** Hash of a text → trusted document, or none. */
  readonly #recognised = new LruCache<TrustedDocument | 'unknown'>(10_000);

  constructor(documents: Documents, trusted: TrustedDocuments, options: { readonly open: boolean }) {
    this.#documents = documents;
    this.#trusted = trusted;
    this.#open = options.open;
  }

  /** @throws Refusal */
  admit(request: OperationRequest): AdmittedDocument {
    if (request.documentId !== undefined) return this.#byId(request.documentId, request);
    const hash = persistedHash(request.extensions);
    if (hash !== undefined) return this.#byHash(hash, request);
    return this.#byText(request.query ?? '', request);
  }

  #byId(id: string, request: OperationRequest): AdmittedDocument {
    const trusted = this.#trusted.byId(id.replace(/^sha256:/, ''));
    if (!trusted) throw Refusal.of(404, 'DOCUMENT_NOT_FOUND', 'No document is registered under this id.');
    return this.#run(trusted, request);
  }

  #byHash(hash: string, request: OperationRequest): AdmittedDocument {
    const trusted = this.#trusted.byId(hash);
    if (trusted) return this.#run(trusted, request);
    if (request.query) {
      if (createHash('sha256').update(request.query).digest('hex') !== hash)
        throw Refusal.of(400, 'BAD_REQUEST', 'The hash is not that of the document.');
      const admitted = this.#byText(request.query, request);
      this.#registered.set(hash, request.query, request.query.length);
      return admitted;
    }
    if (!this.#open) throw Refusal.of('document', 'PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');
    const known = this.#registered.get(hash);
    if (known === undefined) throw Refusal.of('document', 'PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
    return this.#byText(known, request);
  }

  #byText(query: string, request: OperationRequest): AdmittedDocument {
    const trusted = this.#trusted.isEmpty ? undefined : this.#recognise(query);
    if (trusted) return this.#run(trusted, request);
    if (!this.#open)
      throw Refusal.of('document', 'DOCUMENT_NOT_TRUSTED', 'This channel runs registered documents only.');
    return { prepared: this.#documents.prepare(query, request.operationName) };
  }

  /**
   * The trusted document that a text is, layout and comments aside. Costs a parse, bounded in tokens, the first time.
   */
  #recognise(query: string): TrustedDocument | undefined {
    const hash = documentId(query);
    let known = this.#trusted.byId(hash) ?? this.#recognised.get(hash);
    if (known === undefined) {
      known = this.#trusted.byId(documentId(normalise(this.#documents.parse(query)))) ?? 'unknown';
      this.#recognised.set(hash, known);
    }
    return known === 'unknown' ? undefined : known;
  }

  #run(trusted: TrustedDocument, request: OperationRequest): AdmittedDocument {
    if (request.operationName !== undefined && request.operationName !== trusted.operationName) {
      throw Refusal.of('document', 'BAD_USER_INPUT', `The document has no operation ${request.operationName}.`);
    }
    return { prepared: this.#documents.keep(trusted.source), trusted: trusted.operationName };
  }
}

/** Apollo's protocol: `extensions.persistedQuery = { version: 1, sha256Hash }`. */
function persistedHash(extensions: Record<string, unknown>): string | undefined {
  const persisted = extensions['persistedQuery'] as { version?: unknown; sha256Hash?: unknown } | null | undefined;
  if (persisted === undefined || persisted === null) return undefined;
  if (persisted.version !== 1 || typeof persisted.sha256Hash !== 'string')
    throw Refusal.of(400, 'BAD_REQUEST', 'persistedQuery must be { version: 1, sha256Hash }.');
  return persisted.sha256Hash;
}
