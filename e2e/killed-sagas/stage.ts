import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect } from 'vitest';
import { freePortBlock } from '#platform/testkit/freePortBlock.ts';
import { superviseProcess, type SupervisedProcess } from '#platform/testkit/superviseProcess.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { busDatabase } from '#platform/testkit/testDatabase.ts';
import { testPool } from '#platform/testkit/testPool.ts';
import { until } from '#platform/testkit/until.ts';
import { channels } from '#schema/channels.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { gatewayOffset } from '../../scripts/system/ports.ts';
import { startDomainsProcess, type DomainsProcess } from '../harness/domainsProcess.ts';
import { ledgerOf } from '../harness/ledgerOf.ts';
import type { Doom } from './serveDoomed.ts';

export const minutes = 60_000;

/** The fail points before and after each of these steps of a saga, in order. */
export const around = (...steps: string[]): Doom[] =>
  steps.flatMap((step) => [{ point: `saga.${step}.before` }, { point: `saga.${step}.after` }]);

export const vendorId = seedId('vendor', 1);

/** Who acts, each in the role of the same name. Vendors have a channel of their own. */
const people = {
  customer: { subject: seedId('customer', 1), bindings: {}, offset: gatewayOffset },
  admin: { subject: 'admin', bindings: {}, offset: gatewayOffset },
  courier: { subject: seedId('courier', 1), bindings: {}, offset: gatewayOffset },
  vendor: {
    subject: 'baker',
    bindings: { vendor: vendorId },
    offset: channels.find(({ name }) => name === 'partner')!.port,
  },
} as const;
export type Person = keyof typeof people;

/** The result of a mutation: what it is, and what was asked of it. */
export type Result = { readonly __typename: string } & Readonly<Record<string, unknown>>;

/** All domains in one process, but for those whose process is to be killed. */
export interface Stage {
  readonly provider: DomainsProcess['provider'];
  /** The result of a mutation, which is asked again while a domain begins anew. */
  ask(person: Person, mutation: string, variables?: object): Promise<Result>;
  /** The rows of a query of a domain's database, whose $1 is `id`. */
  rows<Row extends object>(domain: string, query: string, id: string): Promise<Row[]>;
  /** Like `until`, but the error tells what the processes have printed. */
  soon<T>(what: string, condition: () => Promise<T>): Promise<Exclude<T, false | null | undefined>>;
  /** The kinds of the payment provider's entries about a charge, in order. */
  moneyOf(chargeId: string): Promise<string[]>;
  /** Runs a domain in a process that dies at these fail points in turn, until the tests of the file end. */
  doom(domain: string, dooms: readonly Doom[]): Promise<Doomed>;
}

export interface Doomed {
  /** Waits until a process has died at each of the first `deaths` fail points, and the saga has ended. */
  ended(sagaId: string, deaths: number): Promise<void>;
  /** What was told in a stream of the domain, in order and without a gap. */
  told(stream: string): Promise<string[]>;
}

/** Sets the stage before the tests of a file. `doomed` are the domains that `doom` will run. */
export function stageFor(doomed: readonly string[]): Stage {
  let domains: DomainsProcess;
  let base = 0;
  const tokens = new Map<Person, string>();
  const pools = new Map<string, ReturnType<typeof testPool>>();
  const processes: SupervisedProcess[] = [];

  beforeAll(async () => {
    base = await freePortBlock(45);
    const bus = { BUS: 'postgres', BUS_DATABASE_URL: (await busDatabase()).url };
    domains = await startDomainsProcess(base, bus, doomed);
    processes.push(domains.process);
    const channel = superviseProcess({
      script: fileURLToPath(new URL('../../scripts/serve.ts', import.meta.url)),
      args: ['channel', 'partner'],
      ready: /serving channel partner/,
      restart: false,
      env: domains.env,
    });
    processes.push(channel);
    await Promise.all([domains.process, channel].map((each) => each.whenReady()));
    for (const [person, { subject, bindings }] of Object.entries(people) as [Person, (typeof people)[Person]][])
      tokens.set(person, await domains.tokenFor(person, subject, bindings));
  }, 4 * minutes);
  afterAll(async () => {
    for (const each of processes.reverse()) await each.stop();
    for (const pool of pools.values()) await pool.end();
  });

  const stage: Stage = {
    get provider() {
      return domains.provider;
    },
    moneyOf: async (chargeId) => (await ledgerOf(domains.provider, chargeId)).map(({ kind }) => kind),
    async rows<Row extends object>(domain: string, query: string, id: string) {
      const url = domain === 'sagas' ? domains.sagasUrl : domains.databases[domain]!;
      const pool = pools.get(domain) ?? testPool({ connectionString: url, max: 2 });
      pools.set(domain, pool);
      return (await pool.query<Row>(query, [id])).rows;
    },
    async soon(what, condition) {
      try {
        return (await until(condition, { timeoutMs: 3 * minutes, intervalMs: 50, what })) as never;
      } catch (error) {
        const printed = processes.map(({ output }) => output.slice(-3_000)).join('\n');
        throw new Error(`${(error as Error).message}; printed:\n${printed}`, { cause: error });
      }
    },
    ask: (person, mutation, variables = {}) =>
      stage.soon(mutation, async () => {
        const response = await fetch(`http://127.0.0.1:${base + people[person].offset}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens.get(person)}` },
          body: JSON.stringify({ query: mutation, variables }),
        });
        const { data, errors } = (await response.json()) as {
          data?: { result?: Result } | null;
          errors?: { extensions: { code: string } }[];
        };
        if (errors && !errors.every(({ extensions }) => /UNAVAILABLE|TIMEOUT/.test(extensions.code)))
          throw new Error(JSON.stringify(errors));
        return data?.result;
      }),
    async doom(domain, dooms) {
      const file = join(temporaryFolder('fail-points'), 'points.json');
      writeFileSync(file, JSON.stringify(dooms));
      const child = superviseProcess({
        script: fileURLToPath(new URL('serveDoomed.ts', import.meta.url)),
        args: ['subgraph', domain],
        ready: /serving subgraph/,
        env: {
          ...domains.env,
          FAIL_POINTS: file,
          DATABASE_URL: domains.databases[domain]!,
          SAGAS_DATABASE_URL: domains.sagasUrl,
        },
      });
      processes.push(child);
      await child.whenReady();
      return {
        async ended(sagaId, deaths) {
          await stage.soon(`${deaths} processes have died`, () => Promise.resolve(child.starts === deaths + 1));
          await stage.soon('the saga has ended', async () => {
            const [saga] = await stage.rows<{ status: string }>(
              'sagas',
              'SELECT status FROM dbos.workflow_status WHERE workflow_uuid = $1',
              sagaId,
            );
            return saga?.status === 'SUCCESS';
          });
          for (const { point } of dooms.slice(0, deaths)) expect(child.output).toContain(`armed with ${point}\n`);
          expect(child.output.match(/ended: SIGKILL/g)).toHaveLength(deaths);
        },
        async told(stream) {
          const found = await stage.rows<{ version: number; told: string }>(
            domain,
            `SELECT version, coalesce(data ->> 'to', data ->> 'what', type) AS told FROM platform.event
               WHERE stream = $1 ORDER BY version`,
            stream,
          );
          expect(found.map(({ version }) => version)).toEqual(found.map((_, index) => index + 1));
          return found.map(({ told }) => told);
        },
      };
    },
  };
  return stage;
}
