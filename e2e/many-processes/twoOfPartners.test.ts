import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePortBlock } from '#platform/testkit/freePortBlock.ts';
import type { SupervisedProcess } from '#platform/testkit/superviseProcess.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { testPool } from '#platform/testkit/testPool.ts';
import { until } from '#platform/testkit/until.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { tokenOf } from '../harness/startTestSystem.ts';
import { productionServices, root, type ProductionServices } from './productionServices.ts';

const patience = { timeoutMs: 60_000 };
const [appId, strangerId] = [randomUUID(), randomUUID()];

interface Answer {
  readonly status: number;
  readonly body: { readonly data?: Record<string, Outcome>; readonly errors?: { extensions: { code: string } }[] };
}

interface Outcome {
  readonly __typename: string;
  readonly apiKey: string;
  readonly documentId: string;
  readonly document: { readonly id: string; readonly release: string };
}

/** Two processes of the partners domain, each behind a process of its channel, in the production profile. */
describe('what partners register, through two processes in production', () => {
  let production: ProductionServices;
  let pool: pg.Pool;
  let bases: number[];
  let token: string;
  const folder = temporaryFolder('two-of-partners');
  const domains: SupervisedProcess[] = [];
  const channels: SupervisedProcess[] = [];

  beforeAll(async () => {
    bases = [await freePortBlock(45), await freePortBlock(45)];
    production = await productionServices(folder);
    for (const base of bases) {
      domains.push(production.serve(base, 'subgraph', 'partners'));
      channels.push(production.serve(base, 'channel', 'partner'));
    }
    await Promise.all([...domains, ...channels].map((each) => each.whenReady()));
    pool = testPool({ connectionString: production.addressOf('partners') });
    token = await tokenOf(production.outside.key, { role: 'partner' });
    for (const [partner, app, name] of [
      [seedId('partner', 1), appId, 'ours'],
      [randomUUID(), strangerId, 'theirs'],
    ]) {
      await pool.query('INSERT INTO partner (id, name, opened_at) VALUES ($1, $2, now())', [partner, name]);
      await pool.query(
        `INSERT INTO app (id, partner_id, name, scopes, signing, addresses, order_store_ids)
         VALUES ($1, $2, $3, '{}', 'OPTIONAL', '{}', '{}')`,
        [app, partner, name],
      );
    }
  });
  afterAll(async () => {
    await pool?.end();
    await production.stop();
  });

  const urlOf = (side: number, path = '/graphql') => `http://127.0.0.1:${bases[side]! + 5}${path}`;
  async function post(side: number, authorization: string, body: object): Promise<Answer> {
    const response = await fetch(urlOf(side), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  }
  async function change(side: number, operation: string, input: object): Promise<Outcome> {
    const query = readFileSync(`${root}bffs/partner/operations/${operation}.graphql`, 'utf8');
    const { body } = await post(side, `Bearer ${token}`, { query, variables: { input } });
    expect(body.errors).toBeUndefined();
    return body.data![operation]!;
  }
  const text = (name: string) => `# Says ${name}.\nquery ${name} { __typename }`;
  /** Asks again while there is no room, as clients do: a busy machine has less of it. */
  async function run(side: number, key: string, documentId: string): Promise<string> {
    const { status, body } = await until(async () => {
      const answer = await post(side, `ApiKey ${key}`, { documentId });
      return answer.body.errors?.[0]?.extensions.code === 'OVERLOADED' ? undefined : answer;
    }, patience);
    return `${status} ${body.errors?.[0]?.extensions.code ?? 'good'}`;
  }
  const used = async (release: string) => {
    const sql = 'SELECT coalesce(sum(requests), 0)::int AS sum FROM request_count WHERE operation = $1';
    return ((await pool.query(sql, [release])).rows[0] as { sum: number }).sum;
  };
  async function live(name: string): Promise<Outcome> {
    const registered = await change(0, 'registerDocument', { appId, text: text(name) });
    await change(0, 'activatePartnerDocument', { id: registered.document.id });
    return registered;
  }

  it('is seen by the other at once: documents, ends, rotated and revoked keys', async () => {
    const { apiKey: key } = await change(0, 'makeApiKey', { appId, overlapHours: 1 });
    const { documentId, document } = await change(0, 'registerDocument', { appId, text: text('Seen') });
    expect(await run(1, key, documentId)).toBe('404 DOCUMENT_NOT_FOUND');
    await change(0, 'activatePartnerDocument', { id: document.id });
    expect(await run(1, key, documentId)).toBe('200 good');
    const { apiKey: next } = await change(1, 'makeApiKey', { appId, overlapHours: 0 });
    expect([await run(0, next, documentId), await run(0, key, documentId)]).toEqual([
      '200 good',
      '401 UNAUTHENTICATED',
    ]);
    await change(0, 'retirePartnerDocument', { id: document.id, sunset: '2000-01-01T00:00:00Z' });
    expect(await run(1, next, documentId)).toBe('410 DOCUMENT_RETIRED');
    await change(1, 'revokeApiKey', { keyId: next.slice(0, next.lastIndexOf('_')) });
    expect(await run(0, next, documentId)).toBe('401 UNAUTHENTICATED');
  });

  it('is not there for another app, nor for another partner', async () => {
    const { apiKey } = await change(0, 'makeApiKey', { appId });
    const { documentId, document } = await live('Theirs');
    await pool.query('UPDATE document SET app_id = $1 WHERE id = $2', [strangerId, document.id]);
    expect([await run(0, apiKey, documentId), await run(1, apiKey, '0'.repeat(64))]).toEqual([
      '404 DOCUMENT_NOT_FOUND',
      '404 DOCUMENT_NOT_FOUND',
    ]);
    const of = (id: string) => change(1, 'retirePartnerDocument', { id, sunset: '2000-01-01T00:00:00Z' });
    expect(await of(document.id)).toEqual(await of(randomUUID()));
  });

  it('is registered once though a process is killed meanwhile', async () => {
    for (let round = 0; round < 3; round += 1) {
      const input = { appId, text: text(`Killed${round}`) };
      const starts = domains[0]!.starts;
      const lost = change(0, 'registerDocument', input).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 5 * round));
      await domains[0]!.kill('SIGKILL');
      await lost;
      const again = await Promise.all([0, 1].map(() => change(1, 'registerDocument', input)));
      expect(again.map(({ document }) => document.release)).toEqual([`Killed${round}@1`, `Killed${round}@1`]);
      expect(again[0]).toEqual(again[1]);
      await domains[0]!.whenReady(starts + 1);
    }
  });

  it('is counted exactly over both, and over a process that is told to stop', async () => {
    const { apiKey } = await change(0, 'makeApiKey', { appId });
    const { documentId } = await live('Counted');
    const round = () =>
      Promise.all(
        Array.from({ length: 100 }, async (_, n) => expect(await run(n % 2, apiKey, documentId)).toBe('200 good')),
      );
    await round();
    const starts = channels[0]!.starts;
    await channels[0]!.kill('SIGTERM');
    await channels[0]!.whenReady(starts + 1);
    await round();
    await until(async () => (await used('Counted@1')) >= 200, patience);
    expect(await used('Counted@1')).toBe(200);
  });

  it('is a tool for assistants whose requests go to either in turn', async () => {
    const { apiKey } = await change(0, 'makeApiKey', { appId });
    await live('Tool');
    let turn = 0;
    const balanced = (_: string | URL, init?: RequestInit) => fetch(urlOf((turn += 1) % 2, '/mcp'), init);
    for (let session = 0; session < 5; session += 1) {
      const client = new Client({ name: 'assistant', version: '1' });
      const requestInit = { headers: { authorization: `ApiKey ${apiKey}` } };
      try {
        await client.connect(
          new StreamableHTTPClientTransport(new URL(urlOf(0, '/mcp')), { requestInit, fetch: balanced }),
        );
        expect((await client.listTools()).tools.map(({ name }) => name)).toContain('Tool');
        const { structuredContent } = await client.callTool({ name: 'Tool', arguments: {} });
        expect(structuredContent).toEqual({ data: { __typename: 'Query' } });
        await expect(client.callTool({ name: 'makeApiKey', arguments: {} })).rejects.toThrow('no such tool');
      } finally {
        await client.close();
      }
    }
  });
});
