import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { appendToTrail } from '#platform/audit/trail.ts';
import { emptyDatabase } from '#platform/testkit/testDatabase.ts';
import { trailCommand, type TrailCommandParts } from './trailCommand.ts';

const order = '0190a000-0000-7000-8000-000000000001';

describe('the command "trail"', () => {
  let pool: pg.Pool;
  let url: string;
  let printed: string[] = [];
  const trail = (words: string, more: Partial<TrailCommandParts> = {}) =>
    trailCommand({ words: words.split(' '), urlOf: () => url, print: (line) => printed.push(line), ...more });

  beforeAll(async () => {
    ({ url } = await emptyDatabase());
    pool = new pg.Pool({ connectionString: url, max: 2 });
    const at = '2026-11-29T09:00:00.000Z';
    const who = { actor: 'user:manager-1', roles: ['manager', 'admin'], channel: 'staff' };
    const asked = { domain: 'payments', ...who, action: 'refundPayment', objects: [order], input: { orderId: order } };
    const seq = await appendToTrail(pool, { at, ...asked, trace: 'ab'.repeat(16) });
    await appendToTrail(pool, { at, answers: seq, answer: 'RefundPaymentSuccess', objects: [] });
  });
  beforeEach(() => void (printed = []));
  afterAll(() => pool.end());

  it('exports every row as JSON, with all that its hash is made of', async () => {
    expect(await trail('export payments')).toBe(true);
    const rows = printed.map((line) => JSON.parse(line) as Record<string, string>);
    expect(rows.map(({ seq, domain }) => [seq, domain])).toEqual([
      [1, 'payments'],
      [2, 'payments'],
    ]);
    expect(rows[1]!['previous']).toBe(rows[0]!['hash']);
    expect(JSON.parse(rows[0]!['entry']!)).toMatchObject({ action: 'refundPayment', objects: [order] });
  });

  it('exports comma-separated values', async () => {
    await trail('export payments', { csv: true });
    expect(printed).toEqual([
      'domain,seq,at,actor,roles,channel,action,input,objects,trace,answers,answer,hash',
      expect.stringContaining(
        `payments,1,2026-11-29T09:00:00.000Z,user:manager-1,manager admin,staff,refundPayment,orderId=${order},${order},`,
      ),
      expect.stringContaining('payments,2,2026-11-29T09:00:00.000Z,,,,,,,,1,RefundPaymentSuccess,'),
    ]);
  });

  it('verifies, and says at which row a trail is broken', async () => {
    expect(await trail('verify payments')).toBe(true);
    const anchor = /2 rows up to (2:[0-9a-f]{64})$/.exec(printed[0]!)?.[1];
    expect(await trail('verify payments', { anchor })).toBe(true);
    await pool.query('alter table platform.audit disable trigger audit_is_append_only');
    await pool.query('delete from platform.audit where seq = 2');
    expect(await trail('verify payments', { anchor })).toBe(false);
    expect(printed.at(-1)).toBe('payments: broken at row 2: rows up to 2 were cut off');
    await pool.query(`update platform.audit set entry = replace(entry, 'refund', 'defund')`);
    expect(await trail('verify payments')).toBe(false);
    expect(printed.at(-1)).toBe('payments: broken at row 1: its content is not what was written');
  });

  it('refuses what it does not understand', async () => {
    await expect(trail('look')).rejects.toThrow('is not understood');
    await expect(trail('verify nowhere')).rejects.toThrow('name a domain');
    await expect(trail('verify payments', { anchor: '12' })).rejects.toThrow('an anchor is the number and hash');
  });
});
