import { randomBytes } from 'node:crypto';
import pino from 'pino';
import { expect, it } from 'vitest';
import { UseCounts } from '#gateway/access/apps/useCounts.ts';
import type { AppAccess } from '#gateway/access/apps/appAccess.ts';
import { PartnerAccessService } from '#generated/proto/drburger/partners/v1/partners_pb.ts';
import { pause } from '#platform/events/pause.ts';
import { testSubgraph } from '#platform/testkit/testSubgraph.ts';
import { until } from '#platform/testkit/until.ts';
import { seedId } from '#schema/seed/seedId.ts';
import type { Partners } from '#subgraphs/partners/src/context.ts';
import definition from '#subgraphs/partners/src/main.ts';

const appId = seedId('partner-app', 1);
const requests = 10_000;
const key = () => randomBytes(32).toString('base64');

it('usage is as many as were asked, by three processes at once, whatever answers get lost', async () => {
  const { client, domain } = await testSubgraph<Partners>(definition, {
    seed: true,
    configuration: { PII_MASTER_KEYS: key(), PII_INDEX_KEY: key() },
  });
  const partners = client(PartnerAccessService);
  let sendings = 0;
  const recordUse: AppAccess['recordUse'] = async (counts, batch) => {
    const sending = (sendings += 1);
    if (sending % 7 === 2) throw new Error('it was not sent');
    await partners.recordUse({ batch, counts: counts.map((each) => ({ ...each, latency: [...each.latency] })) });
    if (sending % 7 === 4) throw new Error('it was taken, and the answer got lost');
  };
  const processes = Array.from(
    { length: 3 },
    () => new UseCounts({ access: { recordUse }, log: pino({ level: 'silent' }), everyMs: 2 }),
  );
  const log = new Map<string, number>();
  for (let request = 0; request < requests; request += 1) {
    const keyId = `drb_lunchbox_${request % 4}`;
    const [operation, status] = [`Many@${request % 5}`, request % 11 === 0 ? 404 : 200];
    const failed = status === 404;
    processes[request % 3]!.count({ ...{ appId, keyId, documentId: '', operation, status, failed }, ms: request % 90 });
    const row = `${keyId} ${operation} ${status}`;
    log.set(row, (log.get(row) ?? 0) + 1);
    // Now and then it is another process's turn.
    if (request % 100 === 0) await pause(2);
  }
  const counted = () => domain.db.requestCount.findMany({ where: { operation: { startsWith: 'Many@' } } });
  const sum = async () => (await counted()).reduce((all, each) => all + each.requests, 0);
  await until(async () => (await sum()) >= requests);
  await Promise.all(processes.map((each) => each.close()));
  const shown = new Map<string, number>();
  for (const each of await counted()) {
    const row = `${each.keyId} ${each.operation} ${each.status}`;
    shown.set(row, (shown.get(row) ?? 0) + each.requests);
  }
  expect(shown).toEqual(log);
  const failed = (await counted()).reduce((all, each) => all + each.failed, 0);
  expect(failed).toBe(Math.ceil(requests / 11));
  expect(sendings).toBeGreaterThan(30);
});
