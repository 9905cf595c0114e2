/** The domain that knows partners, their apps and documents. */
export const partnersDomain = 'partners';

/** What an app sends to say who it is: its API key, or the headers of a signed request. */
export interface AppCredential {
  readonly apiKey?: string;
  readonly signed?: {
    readonly method: string;
    readonly targetUri: string;
    readonly contentDigest: string;
    readonly signatureInput: string;
    readonly signature: string;
  };
  /** The address from which the request comes. */
  readonly address: string;
}

export interface App {
  readonly appId: string;
  /** The public part of the API key by which it called; undefined for a trial run. */
  readonly keyId?: string;
  readonly partnerId: string;
  readonly name: string;
  readonly scopes: readonly string[];
}

/** A document that is registered for an app. */
export interface AppDocument {
  /** Of the registration. */
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly text: string;
  readonly retired: boolean;
  readonly deprecatedAt?: Date;
  readonly sunset?: Date;
  readonly successor?: { readonly documentId: string; readonly release: string };
}

/** A document that an app's assistants may use. */
export interface DescribedDocument extends AppDocument {
  /** Words of its partner. */
  readonly description: string;
}

/** Requests of one key for one document that were answered alike within one minute. */
export interface RequestCount {
  readonly appId: string;
  readonly keyId: string;
  /** Of the registration; empty when the request named no document that is there. */
  readonly documentId: string;
  /** Name and version, such as `StoreList@2`, or a route of REST, such as `GET /v1/stores`; empty without either. */
  readonly operation: string;
  /** The HTTP status. */
  readonly status: number;
  /** ISO 8601: the beginning of the minute. */
  readonly minute: string;
  readonly requests: number;
  /** Those of them whose answer had errors. */
  readonly failed: number;
  /** How many took how long, by bucket of `latencyBounds`. */
  readonly latency: readonly number[];
}

/**
 * What a channel asks to let the programs of partners in. Each request asks anew: a key that is revoked, or a document
 * that is retired, ends with the next request, on every replica.
 */
export interface AppAccess {
  /** A text says why the app is not let in. */
  authenticate(credential: AppCredential): Promise<App | string>;
  /** Undefined for a document that is unknown, pending, or of another app. */
  findDocument(appId: string, documentId: string): Promise<AppDocument | undefined>;
  /** The documents of an app that are active and described, of each name the latest. */
  listDescribed(appId: string): Promise<readonly DescribedDocument[]>;
  /** `batch` is a UUID: what is sent again under it is not counted again. */
  recordUse(counts: readonly RequestCount[], batch: string): Promise<void>;
}

/** The partners domain could not be asked. */
export class AppsUnavailable extends Error {
  override readonly name = 'AppsUnavailable';
}
