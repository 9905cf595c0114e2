import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { issueToken, newSigningKey } from '#platform/identity/developmentIssuer.ts';
import { superviseProcess, type SupervisedProcess } from '#platform/testkit/superviseProcess.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { databaseOf, testDatabase } from '#platform/testkit/testDatabase.ts';
import type { Role } from '#schema/scopes.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import { providerOffset, smtpOffset } from '../../scripts/system/ports.ts';

export interface DomainsProcess {
  readonly process: SupervisedProcess;
  /** The environment that a service in a process of its own needs to belong to the same system. */
  readonly env: Readonly<Record<string, string>>;
  /** The address of each domain's database. */
  readonly databases: Readonly<Record<string, string>>;
  readonly sagasUrl: string;
  /** The payment provider of the sandbox, which this process serves, too. */
  readonly provider: { readonly url: string; readonly apiKey: string };
  /** Makes a token that is valid for 12 hours. */
  tokenFor(
    role: Exclude<Role, 'anonymous'>,
    subject: string,
    bindings?: Readonly<Record<string, string>>,
  ): Promise<string>;
}

const secretKey = (): string => randomBytes(32).toString('base64');

/**
 * Starts `serveDomains.ts`: all domains in one process, beside which other services run in processes of their own. The
 * databases are new ones of the run's PostgreSQL. `bus` is how the bus is reached.
 */
export async function startDomainsProcess(
  base: number,
  bus: Readonly<Record<string, string>>,
  /** Domains that others serve at their ports. */
  elsewhere: readonly string[] = [],
): Promise<DomainsProcess> {
  const clientKey = await newSigningKey();
  const databases = Object.fromEntries(
    await Promise.all(subgraphs.map(async ({ name }) => [name, (await testDatabase(name)).url] as const)),
  );
  const sagasUrl = (await databaseOf()).url;
  const provider = { url: `http://127.0.0.1:${base + providerOffset}`, apiKey: secretKey() };
  const env = {
    ...bus,
    PORT_BASE: String(base),
    DATA_DIR: temporaryFolder('domains'),
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'error',
    CLIENT_SIGNING_KEY: JSON.stringify(clientKey),
    STREAM_CURSOR_KEYS: secretKey(),
  };
  return {
    process: superviseProcess({
      script: fileURLToPath(new URL('serveDomains.ts', import.meta.url)),
      ready: /^serving domains$/,
      restart: false,
      env: {
        ...env,
        HOST: '127.0.0.1',
        DOMAIN_DATABASES: JSON.stringify(databases),
        DOMAINS_ELSEWHERE: elsewhere.join(),
        SAGAS_DATABASE_URL: sagasUrl,
        PAYMENT_PROVIDER_URL: provider.url,
        PAYMENT_PROVIDER_API_KEY: provider.apiKey,
        PAYMENT_KASSA_URL: `${provider.url}/kassa`,
        PAYMENT_KASSA_API_KEY: provider.apiKey,
        PAYMENT_KASSA_FOR: 'GB',
        SMTP_URL: `smtp://127.0.0.1:${base + smtpOffset}`,
        SMTP_PASSWORD: secretKey(),
        SMTP_STARTTLS: 'off',
        MAIL_FROM: 'Dr. Burger <orders@drburger.example>',
        PII_MASTER_KEYS: secretKey(),
        PII_INDEX_KEY: secretKey(),
      },
    }),
    env,
    databases,
    sagasUrl,
    provider,
    tokenFor: (role, subject, bindings = {}) =>
      issueToken(clientKey, { subject, roles: [role], bindings: { [role]: bindings } }),
  };
}
