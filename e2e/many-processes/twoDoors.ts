import { createHash, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SupervisedProcess } from '#platform/testkit/superviseProcess.ts';
import { until } from '#platform/testkit/until.ts';
import { webhooksOffset } from '../../scripts/system/ports.ts';
import type { OutsideStage } from './outsideStage.ts';

const patience = { timeoutMs: 60_000 };
const [storeId, ingredientId] = [randomUUID(), randomUUID()];

/** Two doors for webhooks in front of the domain that owns what the supplier tells. */
export const twoDoors = (stageOf: () => OutsideStage) =>
  describe('webhooks in', () => {
    let inventory: SupervisedProcess;
    let doors: SupervisedProcess[];
    let sent = 0;

    beforeAll(async () => {
      const { production, bases, callsOnly, pool } = stageOf();
      inventory = production.serve(bases[0], 'subgraph', 'inventory');
      doors = bases.map((base) => production.serveWith(callsOnly('inventory'), base, 'webhooks'));
      await Promise.all([inventory, ...doors].map((each) => each.whenReady()));
      await pool('inventory').query('INSERT INTO store (id) VALUES ($1)', [storeId]);
      await pool('inventory').query(`INSERT INTO ingredient (id, name, unit) VALUES ($1, '{"en":"Salt"}', 'GRAM')`, [
        ingredientId,
      ]);
    });
    afterAll(() => Promise.all([inventory, ...doors].map((each) => each.stop())));

    /** What the supplier delivers, and signs: the same message at each try, with a token of that try. */
    async function deliver(door: number, note: string): Promise<string> {
      const { production, bases } = stageOf();
      const lines = [{ ingredientId, quantity: 3 }];
      const body = JSON.stringify({ version: '2026-01', type: 'delivery.arrived', storeId, deliveryNote: note, lines });
      const claims = { jti: note, request_body_sha256: createHash('sha256').update(body).digest('hex') };
      const token = await new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuer('supplier')
        .setAudience('webhooks')
        .setIssuedAt()
        .sign(Buffer.from(production.env['WEBHOOK_SUPPLIER_KEYS']!, 'base64'));
      const response = await fetch(`http://127.0.0.1:${bases[door]! + webhooksOffset}/webhooks/supplier`, {
        method: 'POST',
        body,
        headers: { authorization: `Bearer ${token}` },
      });
      const answer = (await response.json()) as { status?: string; error?: { code: string } };
      return answer.status ?? answer.error?.code ?? '';
    }
    /** As senders do: again, at whichever door, until one has taken it. */
    const insist = (door: number, note: string) =>
      until(async () => ['RECEIVED', 'REPEATED'].includes(await deliver(door, note)), patience);
    const note = () => `note-${(sent += 1)}`;

    const states = async () =>
      (
        await stageOf()
          .pool('webhooks')
          .query<{ message_id: string; state: string; attempts: number; reason: string | null }>(
            `SELECT message_id, state, attempts, reason FROM webhook WHERE source = 'supplier'`,
          )
      ).rows;
    /** Lets the time pass for which a door that died keeps what it was working on. */
    const leasesEnd = () =>
      stageOf().pool('webhooks').query(`UPDATE webhook SET next_at = now() WHERE state = 'waiting'`);
    const effects = async () =>
      (
        await stageOf()
          .pool('inventory')
          .query<{ events: number; onHand: number }>(
            `SELECT (SELECT count(*) FROM platform.event WHERE stream = $1)::int AS events,
               coalesce((SELECT on_hand FROM stock WHERE store_id = $2 AND ingredient_id = $3), 0)::int AS "onHand"`,
            [`stock:${storeId}:${ingredientId}`, storeId, ingredientId],
          )
      ).rows[0];
    async function oneEffectOfEach(): Promise<void> {
      await until(async () => (await states()).filter(({ state }) => state === 'done').length === sent, {
        ...patience,
        what: `${sent} webhooks are worked off`,
      });
      expect(await effects()).toEqual({ events: sent, onHand: 3 * sent });
    }

    it('are taken once by two doors that get each at once, and lost by neither that is killed', async () => {
      for (let round = 0; round < 2; round += 1) {
        const starts = doors.map((door) => door.starts);
        const before = sent;
        const notes = Array.from({ length: 20 }, note);
        const taken = Promise.all(notes.flatMap((each) => [insist(0, each), insist(1, each)]));
        await until(async () => (await states()).length > before + 5, patience);
        await doors[round % 2]!.kill('SIGKILL');
        await taken;
        await doors[round % 2]!.whenReady(starts[round % 2]! + 1);
      }
      await leasesEnd();
      await oneEffectOfEach();
    });

    it('have one effect though the door dies between the effect and its note of it', async () => {
      const starts = doors.map((door) => door.starts);
      const each = note();
      // The owner has the call in hand, and cannot answer it until its caller is dead.
      const client = await stageOf().pool('inventory').connect();
      try {
        await client.query('BEGIN');
        await client.query('LOCK TABLE stock IN EXCLUSIVE MODE');
        await Promise.all([insist(0, each), insist(1, each)]);
        await until(async () => {
          const waits = `SELECT FROM pg_stat_activity WHERE datname = 'inventory' AND wait_event_type = 'Lock'`;
          return (await stageOf().pool('inventory').query(waits)).rowCount;
        }, patience);
        await Promise.all(doors.map((door) => door.kill('SIGKILL')));
      } finally {
        await client.query('COMMIT');
        client.release();
      }
      await until(async () => (await effects())?.events === sent, { ...patience, what: 'the call has its effect' });
      expect((await states()).find(({ message_id: id }) => id === each)).toMatchObject({ state: 'waiting' });
      await leasesEnd();
      await Promise.all(doors.map((door, side) => door.whenReady(starts[side]! + 1)));
      await oneEffectOfEach();
      expect((await states()).filter(({ state }) => state === 'parked')).toEqual([]);
    });
  });
