import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { PartnerAccessService } from '#generated/proto/drburger/partners/v1/partners_pb.ts';
import { servicePrincipal } from '#platform/identity/principal.ts';
import type { RpcNetwork } from '#platform/rpc/network.ts';
import { gatewayService } from '#schema/services.ts';

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

/** How often a document was executed within an hour. */
export interface AppUse {
  readonly id: string;
  /** ISO 8601: the beginning of the hour. */
  readonly hour: string;
  readonly requests: number;
  readonly failed: number;
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
  recordUse(uses: readonly AppUse[]): Promise<void>;
}

/** The partners domain could not be asked. */
export class AppsUnavailable extends Error {
  override readonly name = 'AppsUnavailable';
}

/** Asks the partners domain by gRPC. */
export function rpcAppAccess(network: Pick<RpcNetwork, 'transportTo'>, service = gatewayService): AppAccess {
  const domain = createClient(PartnerAccessService, network.transportTo(partnersDomain, servicePrincipal(service)));
  return {
    async authenticate({ apiKey = '', signed, address }) {
      const answer = await asked(domain.authenticate({ apiKey, signed, address }));
      const { refusal, partnerId, appId, appName: name, scopes } = answer;
      return refusal === '' ? { partnerId, appId, name, scopes } : refusal;
    },
    async findDocument(appId, documentId) {
      const found = await asked(domain.findDocument({ appId, documentId }));
      if (!found.found) return undefined;
      const { id, name, version, text, retired, deprecatedAt, sunset } = found;
      return {
        id,
        name,
        version,
        text,
        retired,
        ...(deprecatedAt === '' ? {} : { deprecatedAt: new Date(deprecatedAt) }),
        ...(sunset === '' ? {} : { sunset: new Date(sunset) }),
        ...(found.successorDocumentId === ''
          ? {}
          : { successor: { documentId: found.successorDocumentId, release: found.successorRelease } }),
      };
    },
    async recordUse(uses) {
      await domain.recordUse({ uses: [...uses] });
    },
  };
}

async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const passing = [Code.Unavailable, Code.DeadlineExceeded];
    if (error instanceof ConnectError && passing.includes(error.code))
      throw new AppsUnavailable('the partners domain does not answer', { cause: error });
    throw error;
  }
}
