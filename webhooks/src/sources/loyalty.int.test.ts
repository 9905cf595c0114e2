import { randomUUID } from 'node:crypto';
import { Code, ConnectError } from '@connectrpc/connect';
import { Webhook } from 'standardwebhooks';
import { beforeAll, describe, expect, it } from 'vitest';
import { LoyaltyNoticeService } from '#generated/proto/drburger/loyalty/v1/loyalty_pb.ts';
import { service } from '#platform/rpc/service.ts';
import { until } from '#platform/testkit/until.ts';
import { doorUnderTest, newKey, type DoorUnderTest } from '../testing/doorUnderTest.ts';
import { describeSource, type SourceUnderTest } from '../testing/sourceContract.ts';

const at = '2026-06-01T10:00:00.000Z';
const bookingOf = (account: string, step: number): string => `${account.slice(0, -1)}${step}`;

const loyalty: SourceUnderTest = {
  name: 'loyalty',
  keys: { old: newKey(), current: newKey() },
  sign: ({ id, body, key, at: signedAt }) => ({
    body,
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(signedAt.getTime() / 1_000)),
      'webhook-signature': new Webhook(key).sign(id, signedAt, body),
    },
  }),
  bodies: [
    (account, step) => ({
      version: '2026-01',
      type: 'account.adjusted',
      booking: bookingOf(account, step),
      account,
      points: step + 1,
      bookedAt: at,
    }),
    (member, step) => ({
      version: '2026-06',
      adjustment: { key: bookingOf(member, step), member, amount: step + 1, postedAt: at },
    }),
  ],
  effects: [],
  unknown: new Set(),
};

const postings: string[] = [];
const owner = service(LoyaltyNoticeService, ['webhooks'], {
  notePosting: ({ key }) => {
    postings.push(key);
    return {};
  },
  noteAdjustment: ({ account, points, bookedAt }) => {
    expect(bookedAt).toBe(at);
    if (loyalty.unknown.has(account)) throw new ConnectError('no such account', Code.NotFound);
    loyalty.effects.push(`${account} ${points - 1}`);
    return {};
  },
});

let door: DoorUnderTest;
beforeAll(async () => {
  const { current, old } = loyalty.keys;
  door = await doorUnderTest({ loyalty: [owner] }, { WEBHOOK_LOYALTY_KEYS: `${current},${old}` });
});

describe('loyalty', () => {
  describeSource(loyalty, () => door);

  it('tells of postings in both versions', async () => {
    const keys = [randomUUID(), randomUUID()] as const;
    const bodies = [
      { version: '2026-01', type: 'posting.decided', key: keys[0].toUpperCase() },
      { version: '2026-06', posting: { key: keys[1] } },
    ];
    for (const each of bodies) {
      const body = JSON.stringify(each);
      const signed = { id: randomUUID(), body, key: loyalty.keys.current, at: new Date() };
      expect((await door.post('loyalty', await loyalty.sign(signed))).status).toBe(200);
    }
    await until(() => postings.length === 2 || undefined);
    expect(postings).toEqual(keys);
  });
});
