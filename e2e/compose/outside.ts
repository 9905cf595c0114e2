import { createServer } from 'node:http';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import {
  developmentAudience,
  developmentIssuer,
  newSigningKey,
  publicHalf,
} from '#platform/identity/developmentIssuer.ts';
import { superviseProcess } from '#platform/testkit/superviseProcess.ts';
import type { SigningKey } from '../harness/startTestSystem.ts';
import { command } from '../start-command/command.ts';

/** The servers and secrets that the production profile expects from outside. */
export interface Outside {
  /** The settings that docs/operations.md tells an operator to write into `.env`, and those that `keys:make` adds. */
  readonly environment: Readonly<Record<string, string>>;
  /** Signs tokens as the identity provider does. */
  readonly key: SigningKey;
  close(): Promise<void>;
}

/**
 * An identity provider that serves its public keys, a payment provider in a process of its own, and the secrets that
 * `keys:make` prints.
 */
export async function startOutside(folder: string): Promise<Outside> {
  const made = command('keysMake', [], {});
  if ((await made.ended()) !== 0) throw new Error(`keys:make failed: ${made.stderr()}`);
  const key = await newSigningKey();
  const keys = JSON.stringify({ keys: [publicHalf(key)] });
  const issuer = createServer((_, response) => response.setHeader('content-type', 'application/json').end(keys));
  await once(issuer.listen(0, '127.0.0.1'), 'listening');
  const apiKey = 'given-by-the-payment-provider';
  const provider = await startProvider(join(folder, 'outside-provider'), apiKey);
  return {
    key,
    environment: {
      ...(parseEnv(made.stdout()) as Record<string, string>),
      CLIENT_ISSUER: developmentIssuer,
      CLIENT_AUDIENCE: developmentAudience,
      CLIENT_JWKS_URL: `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/jwks.json`,
      PAYMENT_PROVIDER_URL: provider.url,
      PAYMENT_PROVIDER_API_KEY: apiKey,
      // Nothing that the scenario checks needs a mail server, and nobody listens there.
      SMTP_URL: 'smtps://127.0.0.1:9',
      SMTP_PASSWORD: 'given-by-the-mail-server',
      MAIL_FROM: 'orders@drburger.example',
    },
    async close() {
      await provider.stop();
      issuer.closeAllConnections();
      await new Promise((closed) => issuer.close(closed));
    },
  };
}

async function startProvider(dataDir: string, apiKey: string): Promise<{ url: string; stop(): Promise<void> }> {
  const provider = superviseProcess({
    script: fileURLToPath(new URL('../../sandbox/paymentProvider/main.ts', import.meta.url)),
    ready: /Payment provider on/,
    restart: false,
    env: { PROVIDER_PORT: '0', PROVIDER_HOST: '127.0.0.1', PROVIDER_DATA_DIR: dataDir, PROVIDER_API_KEY: apiKey },
  });
  const line = await provider.whenReady();
  return { url: /Payment provider on (\S+)/.exec(line)![1]!, stop: () => provider.stop() };
}

/** The key that signs tokens in development: the services make it, on their volume. */
export const developmentKey = (folder: string): SigningKey =>
  JSON.parse(readFileSync(join(folder, 'data', 'secrets', 'CLIENT_SIGNING_KEY'), 'utf8')) as SigningKey;
