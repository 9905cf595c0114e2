import { pino } from 'pino';
import { randomBytes } from 'node:crypto';
import { createIdentity } from '#platform/identity/identity.ts';
import { newSigningKey } from '#platform/identity/developmentIssuer.ts';
import { localNetwork } from '#platform/rpc/network.ts';
import type { RpcService } from '#platform/rpc/service.ts';
import { createMetrics } from '#platform/telemetry/metrics.ts';
import { databaseOf } from '#platform/testkit/testDatabase.ts';
import { whenFileEnds } from '#platform/testkit/whenFileEnds.ts';
import { testPool } from '#platform/testkit/testPool.ts';
import { config, type KeysName } from '../config.ts';
import { Inbox } from '../inbox/inbox.ts';
import { bodySealer } from '../inbox/sealedBody.ts';
import { runWebhooks } from '../runWebhooks.ts';

export interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface InboxRow {
  readonly message_id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly attempts: number;
  readonly sealed_body: Buffer | null;
}

/** A secret as Standard Webhooks has it: base64 of random bytes. */
export const newKey = (): string => randomBytes(32).toString('base64');

/** The door on a database of its own, with stand-ins for the subgraphs. */
export async function doorUnderTest(
  services: Readonly<Record<string, readonly RpcService[]>>,
  keys: Partial<Record<KeysName, string>>,
) {
  const database = await databaseOf('webhooks/migrations');
  const identity = await createIdentity({ internalKey: await newSigningKey(), scopesOf: () => [] });
  const network = localNetwork(identity);
  for (const [domain, ofDomain] of Object.entries(services)) await network.serve(domain, ofDomain);
  const secrets = Object.fromEntries(Object.keys(config.shape).map((name) => [name, newKey()]));
  const logged: string[] = [];
  const metrics = createMetrics();
  const run = (own = createMetrics()) =>
    runWebhooks({
      databaseUrl: database.url,
      network,
      secrets: { ...secrets, ...keys } as never,
      log: pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) }),
      metrics: own,
      host: '127.0.0.1',
      port: 0,
    });
  const running = await run(metrics);
  const pool = testPool({ connectionString: database.url, max: 1 });
  whenFileEnds(async () => {
    await running.close();
    await pool.end();
  });
  return {
    url: running.url,
    pool,
    logged,
    metrics: () => metrics.text(),
    /** Runs another process of the door, on the same database. */
    async another(): Promise<string> {
      const other = await run();
      whenFileEnds(() => other.close());
      return other.url;
    },
    /** What is done once an hour, as it would be done in so many days. */
    forgetIn: (days: number) =>
      new Inbox(pool, bodySealer(newKey()), () => new Date(Date.now() + days * 86_400_000)).forget(),
    post: (source: string, { headers, body }: Message) =>
      fetch(`${running.url}/webhooks/${source}`, { method: 'POST', headers, body }),
    async row(messageId: string): Promise<InboxRow | undefined> {
      const { rows } = await pool.query<InboxRow>('select * from webhook where message_id = $1', [messageId]);
      return rows[0];
    },
  };
}

export type DoorUnderTest = Awaited<ReturnType<typeof doorUnderTest>>;
