import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { expect } from 'vitest';
import type { Domain } from '#platform/domain/domain.ts';
import { developmentAudience, developmentIssuer, newSigningKey } from '#platform/identity/developmentIssuer.ts';
import { createIdentity } from '#platform/identity/identity.ts';
import { grpcNetwork, localNetwork } from '#platform/rpc/network.ts';
import type { SubgraphDefinition } from '#platform/subgraph/defineSubgraph.ts';
import type { RpcService } from '#platform/rpc/service.ts';
import { openDomain } from '#platform/subgraph/openDomain.ts';
import { bankOfTests } from './bank.ts';
import { freePortBlock } from './freePortBlock.ts';
import type { Doomed } from './runDoomed.ts';
import { superviseProcess } from './superviseProcess.ts';
import { temporaryFolder } from './temporaryFolder.ts';
import { busDatabase, databaseOf, testDatabase } from './testDatabase.ts';
import { testPool } from './testPool.ts';
import { until } from './until.ts';

/** The fail points before and after each of these steps of a saga, in order. */
export const around = (...steps: string[]): string[] =>
  steps.flatMap((step) => [`saga.${step}.before`, `saga.${step}.after`]);

/** A time-out that is long enough for this many process starts on a busy machine. Only a failing test waits so long. */
export const patienceMs = (points: readonly string[]): number => 40_000 * (points.length + 2);

export interface DoomedOptions {
  /** A script that calls `runDoomed` with the definition. */
  readonly script: URL;
  readonly points: readonly string[];
  readonly configuration?: Readonly<Record<string, unknown>>;
  /** The other domain that the child calls, and what that answers; payments by default, which is the bank. */
  readonly calls?: { readonly domain: string; readonly services: readonly RpcService[] };
}

/**
 * Runs a domain with its sagas in a child process that dies at each of the fail points in turn. People act from this
 * process, which survives; so does the bank, which the child calls over gRPC and whose ledger is here.
 */
export async function doomedSubgraph<D extends Domain>(
  definition: SubgraphDefinition,
  { script, points, configuration = {}, calls }: DoomedOptions,
) {
  const log = pino({ level: 'silent' });
  const [ownAt, sagasAt, busAt] = await Promise.all([testDatabase(definition.name), databaseOf(), busDatabase()]);
  const asSagas = testPool({ connectionString: sagasAt.url, max: 1 });
  const internalKey = await newSigningKey();
  const identity = await createIdentity({
    internalKey,
    client: { issuer: developmentIssuer, audience: developmentAudience, keys: { keys: [] } },
    scopesOf: () => [],
  });
  const bank = bankOfTests();
  const port = await freePortBlock(1);
  const others = `http://127.0.0.1:${port}`;
  const grpc = grpcNetwork({ identity, addressOf: () => others, listen: { port, host: '127.0.0.1' } });
  const { domain: called, services } = calls ?? { domain: 'payments', services: bank.services['payments']! };
  const answering = await grpc.serve(called, services);
  const network = localNetwork(identity);
  for (const [name, services] of Object.entries(bank.services)) await network.serve(name, services);
  // The relay runs in the child, which without this notification would look for new events only every few seconds.
  const wakeChild = () => void domain.pool.query('NOTIFY platform_outbox').catch(() => undefined);
  const opened = openDomain(definition, {
    databaseUrl: ownAt.url,
    network,
    log,
    configuration,
    onAppended: () => wakeChild(),
  });
  const domain = opened.domain as D;
  await definition.seed?.(domain);

  const pointsFile = join(temporaryFolder('fail-points'), 'points.json');
  writeFileSync(pointsFile, JSON.stringify(points));
  const doomed: Doomed = {
    pointsFile,
    databaseUrl: ownAt.url,
    sagasUrl: sagasAt.url,
    busUrl: busAt.url,
    internalKey,
    others,
    configuration,
  };
  const child = superviseProcess({
    script: fileURLToPath(script),
    ready: /^ready$/,
    env: { DOOMED: JSON.stringify(doomed) },
  });
  await child.whenReady();

  /** Like `until`, but the error contains what the child printed. */
  async function soon(what: string, condition: () => Promise<boolean>): Promise<void> {
    try {
      await until(condition, { timeoutMs: patienceMs(points), intervalMs: 50, what });
    } catch (error) {
      throw new Error(`${(error as Error).message}; starts: ${child.starts}; the child printed:\n${child.output}`, {
        cause: error,
      });
    }
  }

  /** Waits until a process has died at every fail point and the last one runs. */
  async function died(): Promise<void> {
    await soon('a process has died at every fail point', () => Promise.resolve(child.starts === points.length + 1));
    for (const point of points) expect(child.output).toContain(`armed with ${point}`);
    expect(child.output.match(/ended: SIGKILL/g)).toHaveLength(points.length);
  }

  return {
    domain,
    bank,
    soon,
    died,
    /** Waits until a process has died at every fail point and the last one has brought the saga to its end. */
    async ended(sagaId: string): Promise<void> {
      await died();
      await soon('the saga has ended', async () => {
        const { rows } = await asSagas.query<{ status: string }>(
          'SELECT status FROM dbos.workflow_status WHERE workflow_uuid = $1',
          [sagaId],
        );
        return rows[0]?.status === 'SUCCESS';
      });
    },
    /** What was told in a stream, in order and without a gap: the new status, what happened, or the event's name. */
    async told(stream: string): Promise<string[]> {
      const { rows } = await domain.pool.query<{ version: number; told: string }>(
        `SELECT version, coalesce(data ->> 'to', data ->> 'what', type) AS told FROM platform.event
           WHERE stream = $1 ORDER BY version`,
        [stream],
      );
      expect(rows.map(({ version }) => version)).toEqual(rows.map((_, index) => index + 1));
      return rows.map(({ told }) => told);
    },
    async end(): Promise<void> {
      await child.stop();
      await answering.close();
      grpc.close();
      await opened.close();
      await asSagas.end();
    },
  };
}
