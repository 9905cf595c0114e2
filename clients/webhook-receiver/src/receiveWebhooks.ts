import { createHash } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';

/** The body of a message, version V1. */
export interface Message {
  readonly version: 'V1';
  /** Such as `store.ordering_changed`. */
  readonly type: string;
  /** When it happened, ISO 8601. */
  readonly timestamp: string;
  /** What it is about, such as `store:0190…`. */
  readonly object: string;
  /** Counts what happened to the object. */
  readonly objectVersion: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Whether we have sent this. @throws Error when it cannot be told just now */
export type Check = (body: string, headers: Readonly<Record<string, string>>) => boolean | Promise<boolean>;

export interface ReceiverOptions {
  /** One of the two ways to tell our messages from others': `bySecrets` or `byToken`. */
  readonly isOurs: Check;
  /**
   * Takes a message: put it into a queue or a table of yours, together with its id, and return. Called again for an id
   * when it rejected before.
   */
  readonly take: (message: Message, id: string, cursor: string) => Promise<void>;
  /** Whether a message with this id was taken. It must survive a restart of yours: ask your table. */
  readonly wasTaken: (id: string) => Promise<boolean>;
}

/** More than any message has. */
const mostBytes = 256 * 1024;

/**
 * A listener for `http.createServer` that answers webhooks: 204 once a message was taken, also if it was taken before;
 * 401 to whoever is not us; 500 when it could not be taken, and then it comes again.
 */
export const receiveWebhooks =
  ({ isOurs, take, wasTaken }: ReceiverOptions): RequestListener =>
  (request, response) => {
    receive(request).then(
      (status) => response.writeHead(status).end(),
      () => response.writeHead(500).end(),
    );

    async function receive(from: IncomingMessage): Promise<number> {
      if (from.method !== 'POST') return 405;
      const body = await bodyOf(from);
      if (body === undefined) return 413;
      const headers = from.headers as Record<string, string>;
      if (!(await isOurs(body, headers))) return 401;
      const id = headers['webhook-id'] ?? '';
      if (!(await wasTaken(id))) await take(JSON.parse(body) as Message, id, headers['webhook-cursor'] ?? '');
      return 204;
    }
  };

/** The bytes as they came: a body that was parsed and written again has another signature. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** By Standard Webhooks: the secrets that were shown at registration; while one is being exchanged, both. */
export const bySecrets =
  (secrets: readonly string[]): Check =>
  (body, headers) =>
    secrets.some((secret) => isSignedBy(secret, body, headers));

/** By the JWT in `Authorization`, without a secret: the address of our public keys, and the id of your endpoint. */
export function byToken(jwksUrl: string, endpointId: string): Check {
  const keys = createRemoteJWKSet(new URL(jwksUrl));
  return async (body, headers) => {
    const token = /^Bearer (.+)$/.exec(headers['authorization'] ?? '')?.[1] ?? '';
    try {
      const { payload } = await jwtVerify(token, keys, {
        ...{ algorithms: ['ES256'], issuer: 'drburger-webhooks', audience: endpointId },
        requiredClaims: ['exp'],
      });
      const digest = createHash('sha256').update(body).digest('hex');
      return payload.jti === headers['webhook-id'] && payload['request_body_sha256'] === digest;
    } catch (error) {
      if (!(error instanceof errors.JOSEError) || error instanceof errors.JWKSTimeout) throw error;
      return false;
    }
  };
}

function isSignedBy(secret: string, body: string, headers: Readonly<Record<string, string>>): boolean {
  try {
    // The library also refuses what was not signed within five minutes of now.
    new Webhook(secret).verify(body, { ...headers }, { jsonParse: false });
    return true;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false;
    throw error;
  }
}
