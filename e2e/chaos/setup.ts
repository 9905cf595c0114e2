import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JWK } from 'jose';
import pino from 'pino';
import { developmentAudience, developmentIssuer } from '#platform/identity/developmentIssuer.ts';
import { createIdentity, type Identity } from '#platform/identity/identity.ts';
import { scopesOfRole } from '#schema/scopes.ts';

/** The settings that all processes of one run are given. */
export interface ChaosSetup {
  readonly databaseUrl: string;
  /** See `openBus`. */
  readonly busAddress: string;
  readonly internalKey: JWK;
  /** The public half of the key that signs the clients' tokens. */
  readonly clientKey: JWK;
  readonly cursorKey: string;
  readonly supergraph: string;
  /** The ports of the process that owns the orders. */
  readonly graphqlPort: number;
  readonly grpcPort: number;
}

/** The environment variable that names the file with the setup. */
export const setupVariable = 'CHAOS_SETUP';

export const readSetup = (): ChaosSetup => JSON.parse(readFileSync(process.env[setupVariable]!, 'utf8')) as ChaosSetup;

export const log = pino({ level: process.env['LOG_LEVEL'] ?? 'silent' }, pino.destination(2));

export const identityOf = ({
  internalKey,
  clientKey,
}: Pick<ChaosSetup, 'internalKey' | 'clientKey'>): Promise<Identity> =>
  createIdentity({
    internalKey,
    scopesOf: scopesOfRole,
    client: { issuer: developmentIssuer, audience: developmentAudience, keys: { keys: [clientKey] } },
  });

/**
 * Tries the work until it succeeds, because the server that it needs may be down at the moment. A process that ended
 * instead would only be started more often.
 */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      log.warn({ err: error }, 'not there yet');
      await sleep(300);
    }
  }
}
