import type { JWK } from 'jose';
import pino from 'pino';
import { developmentAudience, developmentIssuer } from '#platform/identity/developmentIssuer.ts';
import { createIdentity, type Identity } from '#platform/identity/identity.ts';
import { scopesOfRole } from '#schema/scopes.ts';

/** Settings that the domain's process and the channel's share. */
export interface ResumeSetup {
  readonly databaseUrl: string;
  readonly busUrl: string;
  readonly internalKey: JWK;
  /** The public key of the clients' tokens. */
  readonly clientKey: JWK;
  readonly supergraph: string;
  /** The ports of the domain's process. */
  readonly graphqlPort: number;
  readonly grpcPort: number;
}

export const log = pino({ level: process.env['LOG_LEVEL'] ?? 'warn' }, pino.destination(2));

export const identityOf = ({ internalKey, clientKey }: ResumeSetup): Promise<Identity> =>
  createIdentity({
    internalKey,
    scopesOf: scopesOfRole,
    client: { issuer: developmentIssuer, audience: developmentAudience, keys: { keys: [clientKey] } },
  });

/** Milliseconds of CPU that this process took. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
