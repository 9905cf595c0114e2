import { createServer } from 'node:http';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { developmentAudience, developmentIssuer, issueToken, newSigningKey, publicHalf } from '#platform/identity/developmentIssuer.ts';
import { until } from '#platform/testkit/until.ts';
import { demoStore } from '../harness/startTestSystem.ts';
import { command } from '../start-command/command.ts';

export type SigningKey = Awaited<ReturnType<typeof newSigningKey>>;

/** A token of a role, bound to the demo store where roles are bound. */
export const tokenOf = (key: SigningKey, role: string, subject = `${role}-1`): Promise<string> =>
  issueToken(key, { subject, roles: [role], bindings: ['kiosk', 'kitchen'].includes(role) ? { store: demoStore } : {} });

/** What the production profile does not run itself. */
export interface Outside {
  /** What docs/operations.md has one write into `.env`, and what `keys:make` adds to it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Signs tokens as the identity provider does. */
  readonly key: SigningKey;
  close(): Promise<void>;
}

/** An identity provider that serves its public keys, a payment provider in a process of its own, and the secrets that `keys:make` prints. */
export async function startOutside(folder: string): Promise<Outside> {
  const made = command('keysMake', [], {});
  if (await made.ended() !== 0) throw new Error(`keys:make failed: ${made.stderr()}`);
  const key = await newSigningKey();
  const issuer = createServer((_, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [publicHalf(key)] })));
  await once(issuer.listen(0, '127.0.0.1'), 'listening');
  const apiKey = 'given-by-the-payment-provider';
  const provider = await startProvider(join(folder, 'outside-provider'), apiKey);
  return {
    key,
    environment: {
      ...parseEnv(made.stdout()) as Record<string, string>,
      CLIENT_ISSUER: developmentIssuer, CLIENT_AUDIENCE: developmentAudience, CLIENT_JWKS_URL: `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/jwks.json`,
      PAYMENT_PROVIDER_URL: provider.url, PAYMENT_PROVIDER_API_KEY: apiKey,
    },
    async close() {
      await provider.stop();
      issuer.closeAllConnections();
      await new Promise((closed) => issuer.close(closed));
    },
  };
}

async function startProvider(dataDir: string, apiKey: string): Promise<{ url: string; stop(): Promise<unknown> }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'sandbox/paymentProvider/main.ts'], {
    cwd: new URL('../..', import.meta.url).pathname, stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], PROVIDER_PORT: '0', PROVIDER_HOST: '127.0.0.1', PROVIDER_DATA_DIR: dataDir, PROVIDER_API_KEY: apiKey },
  });
  const gone = once(child, 'exit');
  process.once('exit', () => child.kill('SIGKILL'));
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => { printed += chunk.toString(); });
  const url = await until(() => /Payment provider on (\S+)/.exec(printed)?.[1], { timeoutMs: 60_000, what: () => `the payment provider is up; it printed ${printed}` });
  return { url, stop: () => { child.kill('SIGTERM'); return gone; } };
}

/** The key that signs tokens in development: the services make it, on their volume. */
export const developmentKey = (folder: string): SigningKey => JSON.parse(readFileSync(join(folder, 'data', 'secrets', 'CLIENT_SIGNING_KEY'), 'utf8')) as SigningKey;
