import { expect, it } from 'vitest';
import { createLogger } from '#platform/telemetry/createLogger.ts';
import { databaseOf } from '#platform/testkit/testDatabase.ts';
import { testPool } from '#platform/testkit/testPool.ts';
import type { SagaDatabase } from './dbosInternals.ts';
import { SagaRecords } from './sagaRecords.ts';
import { makeSagaTables } from './sagaTables.ts';

it('writes once what it was interrupted at after its answer was lost', async () => {
  const { url } = await databaseOf();
  const pool = testPool({ connectionString: url, max: 2 });
  await makeSagaTables({ databaseUrl: url, pool, log: createLogger({ level: 'silent' }) });
  await pool.query(
    `INSERT INTO dbos.workflow_status (workflow_uuid, status, owner_xid) VALUES ('dinner', 'PENDING', 'me')`,
  );
  const faults = [
    { after: true, error: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }) },
    { after: false, error: Object.assign(new Error('canceling statement due to user request'), { code: '57014' }) },
  ];
  const query = async (text: string, values: unknown[]): Promise<unknown> => {
    const fault = faults.shift();
    const result = fault && !fault.after ? undefined : await pool.query(text, values);
    if (fault) throw fault.error;
    return result;
  };
  const database = { pool: { query }, schemaName: 'dbos', appName: undefined } as unknown as SagaDatabase;
  const records = new SagaRecords({ database, sagaId: 'dinner', owner: 'me', fresh: true });
  expect(await records.hasChange('a salad first')).toBe(true);
  await expect(records.write()).rejects.toThrow('canceling');
  expect(faults).toEqual([]);

  await records.write();
  const { rows } = await pool.query('SELECT function_name FROM dbos.operation_outputs');
  expect(rows).toEqual([{ function_name: 'DBOS.patch-a salad first' }]);
  await pool.end();
});
