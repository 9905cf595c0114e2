import { createHash } from 'node:crypto';
import { GraphQLError } from 'graphql';
import type { ErrorCode } from '#schema/errorCodes.ts';
import type { Documents, PreparedDocument } from './documents.ts';
import { LruCache } from './lruCache.ts';
import { checkOperationName, type OperationRequest } from './operationRequest.ts';
import { Refusal } from '../errors/refusal.ts';
import {
  documentId,
  normalise,
  type ReleaseOfDocument,
  type TrustedDocument,
  type TrustedDocuments,
} from './trustedDocuments.ts';

export interface AdmittedDocument {
  readonly prepared: PreparedDocument;
  /** The operation's name, if the document is a trusted one; undefined for a document that a client wrote. */
  readonly trusted?: string;
  /** The release of a client that the document is kept for, if it is no longer among the channel's own. */
  readonly release?: ReleaseOfDocument;
}

/**
 * Decides which document a request runs. A trusted (persisted) document is found by its id, by Apollo's hash or by its
 * text; any other document runs only where the channel is open, that is in development, and in the gateway that serves
 * other people's supergraphs.
 */
export class Admission {
  readonly #documents: Documents;
  readonly #trusted: TrustedDocuments;
  readonly #open: boolean;
  /**
   * Documents that Apollo clients registered by hash (automatic persisted queries), where that is allowed. Bounded by
   * the characters of the texts.
   */
  readonly #registered = new LruCache<string>(5_000_000);
  /** Hash of a text that was sent → the trusted document that it turned out to be, so that a text is parsed once. */
  readonly #recognised = new LruCache<TrustedDocument | 'unknown'>(10_000);

  constructor(documents: Documents, trusted: TrustedDocuments, options: { readonly open: boolean }) {
    this.#documents = documents;
    this.#trusted = trusted;
    this.#open = options.open;
  }

  /** @throws Refusal for a document that is unknown, or that may not run here */
  admit(request: OperationRequest): AdmittedDocument {
    if (request.documentId !== undefined) return this.#byId(request.documentId, request);
    const hash = persistedHash(request.extensions);
    if (hash !== undefined) return this.#byHash(hash, request);
    return this.#byText(request.query ?? '', request);
  }

  #byId(id: string, request: OperationRequest): AdmittedDocument {
    const trusted = this.#trusted.byId(id.replace(/^sha256:/, ''));
    if (!trusted) throw Refusal.of(404, 'DOCUMENT_NOT_FOUND', 'No document is registered under this id.');
    return this.#admitTrusted(trusted, request);
  }

  #byHash(hash: string, request: OperationRequest): AdmittedDocument {
    const trusted = this.#trusted.byId(hash);
    if (trusted) return this.#admitTrusted(trusted, request);
    if (request.query) {
      if (createHash('sha256').update(request.query).digest('hex') !== hash)
        throw Refusal.of(400, 'BAD_REQUEST', 'The hash does not belong to the document.');
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
    if (trusted) return this.#admitTrusted(trusted, request);
    if (!this.#open)
      throw Refusal.of('document', 'DOCUMENT_NOT_TRUSTED', 'This channel runs registered documents only.');
    return { prepared: this.#documents.prepare(query, request.operationName) };
  }

  /**
   * Finds the trusted document with this text, apart from its layout and comments. A text that is new has to be parsed;
   * the limit on tokens bounds what that costs.
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

  #admitTrusted(trusted: TrustedDocument, request: OperationRequest): AdmittedDocument {
    checkOperationName(request, trusted.operationName);
    const { release } = trusted;
    if (release?.sunset && release.sunset <= new Date()) throw retired(trusted.operationName, release);
    return {
      prepared: this.#documents.prepareTrusted(trusted.source),
      trusted: trusted.operationName,
      ...(release && { release }),
    };
  }
}

function retired(operationName: string, { name, sunset, successor }: ReleaseOfDocument): Refusal {
  const at = sunset!.toISOString();
  const follows = successor === undefined ? 'Install a newer build.' : `Move to ${successor}.`;
  const extensions = { code: 'DOCUMENT_RETIRED' satisfies ErrorCode, sunset: at, successor: successor ?? null };
  return new Refusal(410, [
    new GraphQLError(`${operationName} of ${name} is retired since ${at}. ${follows}`, { extensions }),
  ]);
}

/**
 * Reads the hash of Apollo's protocol for persisted queries: `extensions.persistedQuery = { version: 1, sha256Hash }`.
 */
function persistedHash(extensions: Record<string, unknown>): string | undefined {
  const persisted = extensions['persistedQuery'] as { version?: unknown; sha256Hash?: unknown } | null | undefined;
  if (persisted === undefined || persisted === null) return undefined;
  if (persisted.version !== 1 || typeof persisted.sha256Hash !== 'string')
    throw Refusal.of(400, 'BAD_REQUEST', 'persistedQuery must be { version: 1, sha256Hash }.');
  return persisted.sha256Hash;
}
