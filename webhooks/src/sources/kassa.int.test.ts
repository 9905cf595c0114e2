import { Code, ConnectError } from '@connectrpc/connect';
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { PaymentNoticeService, StatusNotice_Status } from '#generated/proto/drburger/payments/v1/payments_pb.ts';
import { service } from '#platform/rpc/service.ts';
import { until } from '#platform/testkit/until.ts';
import { doorUnderTest, newKey, type DoorUnderTest, type Message } from '../testing/doorUnderTest.ts';
import { describeSource, type SourceUnderTest } from '../testing/sourceContract.ts';

const types = ['payment_intent.amount_capturable_updated', 'payment_intent.succeeded'] as const;
const seconds = (at: Date) => Math.floor(at.getTime() / 1_000);
const hmac = (key: string, text: string) => createHmac('sha256', key).update(text).digest('hex');

/** The id of an event stands in its body. */
function withId(id: string, body: string): string {
  try {
    const parsed = JSON.parse(body) as unknown;
    return typeof parsed === 'object' ? JSON.stringify({ id, ...parsed }) : body;
  } catch {
    return body;
  }
}

const kassa: SourceUnderTest = {
  name: 'kassa',
  keys: { old: newKey(), current: newKey() },
  versionKey: 'api_version',
  sign({ id, body: text, key, at }) {
    const body = withId(id, text);
    return { body, headers: { 'kassa-signature': `t=${seconds(at)},v1=${hmac(key, `${seconds(at)}.${body}`)}` } };
  },
  idOf({ body }) {
    try {
      return (JSON.parse(body) as { id?: string }).id ?? digested(body);
    } catch {
      return digested(body);
    }
  },
  bodies: [
    (reference, step) => ({
      api_version: '2026-03-01',
      type: types[step],
      created: 1_780_000_000,
      data: { object: { id: 'pi_1', metadata: { reference } } },
    }),
    (reference, step) => ({
      api_version: '2026-09-01',
      type: types[step],
      created: 1_780_000_000,
      data: { object: { id: 'pi_1', client_reference: reference } },
    }),
  ],
  effects: [],
  unknown: new Set(),
};
const digested = (body: string) => `sha256-${createHash('sha256').update(body).digest('hex')}`;

const disputes: string[] = [];
const owner = service(PaymentNoticeService, ['webhooks'], {
  noteStatus: ({ orderId, status }) => {
    if (kassa.unknown.has(orderId)) throw new ConnectError('the order has no payment yet', Code.NotFound);
    kassa.effects.push(`${orderId} ${status === StatusNotice_Status.AUTHORISED ? 0 : 1}`);
    return { changed: true };
  },
  noteDispute: ({ orderId, disputeId, status }) => {
    disputes.push(`${orderId} ${disputeId} ${status}`);
    return { changed: true };
  },
});

let door: DoorUnderTest;
beforeAll(async () => {
  door = await doorUnderTest({ payments: [owner] }, { WEBHOOK_KASSA_KEYS: `${kassa.keys.current}, ${kassa.keys.old}` });
});

describe('kassa', () => {
  describeSource(kassa, () => door);

  const post = async (message: Message) => (await door.post('kassa', message)).status;

  it('takes what was signed with two secrets while Kassa rotates them', async () => {
    const body = withId(`evt_${randomUUID()}`, JSON.stringify(kassa.bodies[0]!(randomUUID(), 0)));
    const t = seconds(new Date());
    const [strange, right] = [hmac(newKey(), `${t}.${body}`), hmac(kassa.keys.current, `${t}.${body}`)];
    const signedBy = (...v1: string[]) => ({ 'kassa-signature': `t=${t},${v1.map((each) => `v1=${each}`).join(',')}` });
    expect(await post({ body, headers: signedBy(strange) })).toBe(401);
    expect(await post({ body, headers: signedBy(strange, strange, strange, strange, strange, right) })).toBe(401);
    expect(await post({ body, headers: { 'kassa-signature': `t=${t},v0=${right}` } })).toBe(401);
    expect(await post({ body, headers: signedBy(strange, right) })).toBe(200);
  });

  it('hands on a dispute, and how it has ended', async () => {
    const reference = randomUUID();
    const told = (status: string, type: string) =>
      kassa.sign({
        id: `evt_${randomUUID()}`,
        key: kassa.keys.current,
        at: new Date(),
        body: JSON.stringify({
          api_version: '2026-03-01',
          type,
          created: 1_780_000_000,
          data: { object: { id: 'dp_1', amount: 500, reason: 'not_received', status, metadata: { reference } } },
        }),
      });
    expect(await post(await told('needs_response', 'charge.dispute.created'))).toBe(200);
    expect(await post(await told('lost', 'charge.dispute.closed'))).toBe(200);
    await until(() => disputes.length === 2 || undefined);
    expect(disputes).toEqual([`${reference} dp_1 1`, `${reference} dp_1 3`]);
  });
});
