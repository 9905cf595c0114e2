import { randomUUID } from 'node:crypto';
import { Code, ConnectError } from '@connectrpc/connect';
import { Webhook } from 'standardwebhooks';
import { beforeAll, expect, it } from 'vitest';
import { LoyaltyNoticeService } from '#generated/proto/drburger/loyalty/v1/loyalty_pb.ts';
import { service } from '#platform/rpc/service.ts';
import { until } from '#platform/testkit/until.ts';
import { doorUnderTest, newKey } from '../testing/doorUnderTest.ts';

const key = newKey();
const effects: string[] = [];
/** What happens to an account first comes too early, until all has come. */
let isKnown = false;
const owner = service(LoyaltyNoticeService, ['webhooks'], {
  notePosting: () => ({}),
  noteAdjustment: ({ account, points }) => {
    if (points === 1 && !isKnown) throw new ConnectError('no such account', Code.NotFound);
    effects.push(`${account} ${points}`);
    return {};
  },
});

let urls: string[];
beforeAll(async () => {
  const door = await doorUnderTest({ loyalty: [owner] }, { WEBHOOK_LOYALTY_KEYS: key });
  urls = [door.url, await door.another()];
});

const send = async (url: string, id: string, account: string, points: number): Promise<string> => {
  const booking = { booking: randomUUID(), account, points, bookedAt: '2026-06-01T10:00:00.000Z' };
  // The same body on each try.
  bodies.set(id, bodies.get(id) ?? JSON.stringify({ version: '2026-01', type: 'account.adjusted', ...booking }));
  const body = bodies.get(id)!;
  const now = new Date();
  const response = await fetch(`${url}/webhooks/loyalty`, {
    method: 'POST',
    body,
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
      'webhook-signature': new Webhook(key).sign(id, now, body),
    },
  });
  return ((await response.json()) as { status: string }).status;
};
const bodies = new Map<string, string>();

it('two processes that get the same messages at once take each once, in the order of its object', async () => {
  const accounts = Array.from({ length: 20 }, () => randomUUID());
  for (const points of [1, 2, 3])
    await Promise.all(
      accounts.map(async (account) => {
        const id = randomUUID();
        const answers = await Promise.all([...urls, ...urls].map((url) => send(url, id, account, points)));
        expect(answers.sort()).toEqual(['RECEIVED', 'REPEATED', 'REPEATED', 'REPEATED']);
      }),
    );
  expect(effects).toEqual([]);
  isKnown = true;
  await until(() => effects.length >= 60, { timeoutMs: 30_000 });
  for (const account of accounts)
    expect(effects.filter((each) => each.startsWith(account))).toEqual(
      [1, 2, 3].map((points) => `${account} ${points}`),
    );
  expect(effects).toHaveLength(60);
});
