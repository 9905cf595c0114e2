import pg from 'pg';
import { expect, it } from 'vitest';
import { testDatabase } from '#platform/testkit/testDatabase.ts';
import { readRegistered } from '#schema/check/documents/registeredDocuments.ts';
import { exportPartnerDocuments } from './exportPartnerDocuments.ts';

const id = (n: number): string => `0190a000-0000-7000-8000-00000000000${n}`;
const now = new Date('2026-11-29T12:00:00Z');

it('exports what partners’ apps may send, now or later, and neither keys nor people', async () => {
  const { url } = await testDatabase('partners');
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  await pool.query(`insert into partner values ($1, 'Lunchbox GmbH', now())`, [id(1)]);
  await pool.query(
    `insert into app (id, partner_id, name, scopes, signing, addresses, order_store_ids)
     values ($1, $2, 'lunchbox', '{}', 'OPTIONAL', '{}', '{}')`,
    [id(2), id(1)],
  );
  const register = (n: number, activated: boolean, sunset?: string) =>
    pool.query(
      `insert into document (id, app_id, document_id, name, version, text, scopes, registered_by, registered_at, activated_at, sunset)
       values ($1, $2, $3, 'Stores', $4, 'query Stores { __typename }', '{}', 'user:anna', now(), $5, $6)`,
      [id(2 + n), id(2), `hash-${n}`, n, activated ? now : null, sunset ?? null],
    );
  await register(1, true, '2026-01-01T00:00:00Z');
  await register(2, true, '2027-01-01T00:00:00Z');
  await register(3, true);
  await register(4, false);
  await pool.end();

  const exported = await exportPartnerDocuments(() => url, now);
  const text = JSON.stringify(exported);
  expect(readRegistered(text, 'partners.json').documents).toMatchObject([
    {
      partner: 'Lunchbox GmbH',
      app: 'lunchbox',
      id: 'hash-2',
      version: 2,
      status: 'retired',
      sunset: '2027-01-01T00:00:00.000Z',
    },
    { version: 3, status: 'active' },
    { version: 4, status: 'pending' },
  ]);
  expect(text).not.toContain('anna');
});
