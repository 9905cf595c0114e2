import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SupervisedProcess } from '#platform/testkit/superviseProcess.ts';
import { until } from '#platform/testkit/until.ts';
import { wholeLedger } from '../harness/ledgerOf.ts';
import type { OutsideStage } from './outsideStage.ts';

const patience = { timeoutMs: 60_000 };
const members = 24;
const price = 999;
/** So many memberships a process brings on at a time. */
const atOnce = 8;

/** Two processes of memberships, which bill the same members. */
export const twoOfMemberships = (stageOf: () => OutsideStage) =>
  describe('renewals', () => {
    let payments: SupervisedProcess;
    const processes: SupervisedProcess[] = [];

    beforeAll(async () => {
      const { production, bases, callsOnly } = stageOf();
      payments = production.serve(bases[0], 'subgraph', 'payments');
      const settings = { ...callsOnly('payments'), MEMBERSHIP_BILLING_SECONDS: '0.2' };
      processes.push(...bases.map((base) => production.serveWith(settings, base, 'subgraph', 'memberships')));
      await Promise.all([payments, ...processes].map((each) => each.whenReady()));
    });
    afterAll(() => Promise.all([payments, ...processes].map((each) => each.stop())));

    const rows = async <Row extends object>(sql: string, ...values: unknown[]): Promise<Row[]> =>
      (await stageOf().pool('memberships').query<Row>(sql, values)).rows;
    const provider = () => {
      const { PAYMENT_PROVIDER_URL: url = '', PAYMENT_PROVIDER_API_KEY: apiKey = '' } = stageOf().production.env;
      return { url, apiKey };
    };
    const captured = async () => (await wholeLedger(provider())).filter(({ kind }) => kind === 'capture');

    /** Members whose period ends in this moment, all at once. */
    async function membersDue(): Promise<void> {
      await rows(`INSERT INTO plan (id, name, months, benefits) VALUES ('plus', '{"en":"Plus"}', 1, '[]')`);
      await rows(
        `INSERT INTO plan_price (plan_id, country, holds_from, amount, currency, exponent, announced_at)
         VALUES ('plus', 'DE', '2025-01-01', $1, 'EUR', 2, '2025-01-01')`,
        price,
      );
      await rows(
        `INSERT INTO membership (id, customer_id, store_id, plan_id, status, country, currency, exponent, time_zone,
           anchor, periods, period_start, period_end, period_days, paid, due_at, method_token, version, created_at)
         SELECT gen_random_uuid(), gen_random_uuid(), $2, 'plus', 'ACTIVE', 'DE', 'EUR', 2, 'Etc/UTC',
           first, 1, first, to_char(month, 'YYYY-MM-DD'), 30, $3,
           now() + interval '1 second', 'tok_visa', 0, now() - interval '40 days'
         FROM generate_series(1, $1), date_trunc('month', now() AT TIME ZONE 'UTC') AS month,
           to_char(month - interval '1 month', 'YYYY-MM-DD') AS first`,
        members,
        randomUUID(),
        price,
      );
    }

    /** Keeps every membership locked until both processes have found it due, and wait for it. */
    async function seenByBoth(): Promise<void> {
      const client = await stageOf().pool('memberships').connect();
      try {
        await client.query('BEGIN');
        await client.query('SELECT FROM membership FOR UPDATE');
        const waits = `SELECT count(*)::int AS waiting FROM pg_stat_activity
          WHERE datname = 'memberships' AND wait_event_type = 'Lock'`;
        await until(async () => (await rows<{ waiting: number }>(waits))[0]!.waiting > atOnce, {
          ...patience,
          what: 'both processes wait for memberships',
        });
      } finally {
        await client.query('COMMIT');
        client.release();
      }
    }

    it('are charged once each, though both processes see them due at once and die while they charge', async () => {
      await fetch(`${provider().url}/v1/behaviour`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${provider().apiKey}` },
        body: JSON.stringify({ delayMilliseconds: 100 }),
      });
      await membersDue();
      await seenByBoth();
      for (const [side, charged] of [
        [0, 4],
        [1, 10],
      ] as const) {
        await until(async () => (await captured()).length >= charged, { ...patience, what: `${charged} are charged` });
        await processes[side]!.kill('SIGKILL');
      }
      await until(
        async () => (await rows(`SELECT id FROM membership WHERE periods = 2 AND due_at > now()`)).length === members,
        { ...patience, what: 'all are renewed' },
      );
      const charges = await rows<{ id: string; status: string; amount: number }>(
        'SELECT id, status, amount FROM charge',
      );
      expect(charges).toHaveLength(members);
      expect(charges.every(({ status, amount }) => status === 'CAPTURED' && amount === price)).toBe(true);
      const ledger = (await wholeLedger(provider())).map(
        ({ kind, amount, merchantReference }) => `${merchantReference} ${kind} ${amount}`,
      );
      expect(ledger.sort()).toEqual(
        charges.flatMap(({ id }) => [`${id} authorisation ${price}`, `${id} capture ${price}`]).sort(),
      );
      const told = await rows<{ what: string; n: number; members: number }>(
        `SELECT data ->> 'what' AS what, count(*)::int AS n, count(DISTINCT stream)::int AS members
           FROM platform.event WHERE data ->> 'what' IN ('RENEWED', 'CHARGED') GROUP BY 1 ORDER BY 1`,
      );
      expect(told).toEqual(['CHARGED', 'RENEWED'].map((what) => ({ what, n: members, members })));
    });
  });
