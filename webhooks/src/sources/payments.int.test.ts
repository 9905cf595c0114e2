import { Code, ConnectError } from '@connectrpc/connect';
import { Webhook } from 'standardwebhooks';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomUUID } from 'node:crypto';
import { PaymentNoticeService, StatusNotice_Status } from '#generated/proto/drburger/payments/v1/payments_pb.ts';
import { service } from '#platform/rpc/service.ts';
import { RawConnection } from '#platform/testkit/rawConnection.ts';
import { until } from '#platform/testkit/until.ts';
import { listParkedWebhooks, replayWebhooks, showWebhook } from '../inbox/parkedWebhooks.ts';
import { doorUnderTest, newKey, type DoorUnderTest } from '../testing/doorUnderTest.ts';
import { describeSource, type SourceUnderTest } from '../testing/sourceContract.ts';

const statuses = ['authorised', 'captured'] as const;
const payments: SourceUnderTest = {
  name: 'payments',
  keys: { old: newKey(), current: newKey() },
  sign: ({ id, body, key, at }) => ({
    body,
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': new Webhook(key).sign(id, at, body),
    },
  }),
  bodies: [
    (object, step) => ({
      version: '2026-01',
      type: `payment.${statuses[step]}`,
      occurredAt: '2026-06-01T10:00:00.000Z',
      data: { merchantReference: object },
    }),
    (object, step) => ({
      version: '2026-06',
      at: '2026-06-01T10:00:00.000Z',
      payment: { reference: object, status: statuses[step], amounts: { refunded: 0 } },
    }),
  ],
  effects: [],
  unknown: new Set(),
};

const down = new Set<string>();
const disputes: string[] = [];
const owner = service(PaymentNoticeService, ['webhooks'], {
  noteStatus: ({ orderId, status }) => {
    if (down.has(orderId)) throw new ConnectError('down', Code.Unavailable);
    if (payments.unknown.has(orderId)) throw new ConnectError('the order has no payment yet', Code.NotFound);
    payments.effects.push(`${orderId} ${status === StatusNotice_Status.AUTHORISED ? 0 : 1}`);
    return { changed: true };
  },
  noteDispute: ({ orderId, disputeId }) => {
    if (disputeId === 'dp_other') throw new ConnectError('the dispute is about another payment', Code.InvalidArgument);
    disputes.push(`${orderId} ${disputeId}`);
    return { changed: true };
  },
});

let door: DoorUnderTest;
beforeAll(async () => {
  door = await doorUnderTest(
    { payments: [owner] },
    { WEBHOOK_PAYMENTS_KEYS: `${payments.keys.current}, ${payments.keys.old}` },
  );
});

const send = async (body: object, id = randomUUID()) => {
  const signed = await payments.sign({ id, body: JSON.stringify(body), key: payments.keys.current, at: new Date() });
  expect((await door.post('payments', signed)).status).toBe(200);
  return id;
};
const status = (object: string) => payments.bodies[0]!(object, 0);
const dispute = (object: string, disputeId: string) => ({
  version: '2026-01',
  type: 'dispute.open',
  occurredAt: '2026-06-01T10:00:00.000Z',
  data: { merchantReference: object, disputeId, amount: 500, reason: 'not_received' },
});

describe('payments', () => {
  describeSource(payments, () => door);

  it('parks what was at no time that a database knows', async () => {
    const order = randomUUID();
    const ids = [
      await send({ ...status(order), occurredAt: '0000-01-01T00:00:00Z' }),
      await send({
        version: '2026-06',
        at: '0000-01-01T00:00:00Z',
        payment: { reference: order, status: 'captured', amounts: { refunded: 0 } },
      }),
    ];
    for (const id of ids) expect(await door.row(id)).toMatchObject({ state: 'parked', attempts: 0 });
  });

  it('hands on disputes, and parks one that the owner refuses', async () => {
    const object = randomUUID();
    await send(dispute(object, 'dp_1'));
    await until(() => disputes.includes(`${object} dp_1`) || undefined);
    const refused = await send(dispute(object, 'dp_other'));
    const row = await until(async () => {
      const found = await door.row(refused);
      return found?.state === 'parked' ? found : undefined;
    });
    expect(row.reason).toBe('the owner refuses it: the dispute is about another payment');
  });

  it('tries again while the owner is down', async () => {
    const object = randomUUID();
    down.add(object);
    const id = await send(status(object));
    await until(async () => ((await door.row(id))?.attempts ?? 0) > 1 || undefined);
    down.delete(object);
    await until(() => payments.effects.includes(`${object} 0`) || undefined);
  });

  it('shows operators what is parked, and works it off again when they ask', async () => {
    const object = randomUUID();
    const id = await send(status(object));
    await until(() => payments.effects.includes(`${object} 0`) || undefined);
    const parked = await send({ version: 'none' });
    const listed = await listParkedWebhooks(door.pool, { source: 'payments', object: `message:${parked}` });
    expect(listed).toMatchObject([{ messageId: parked, state: 'parked', hasBody: true }]);
    expect(await replayWebhooks(door.pool, { id: Number(listed[0]!.id) })).toBe(1);
    await until(async () => (await door.row(parked))?.attempts === 1 || undefined);
    await until(async () => (await door.row(parked))?.state === 'parked' || undefined);
    const { rows } = await door.pool.query<{ position: string }>('select position from webhook where message_id = $1', [
      id,
    ]);
    const position = Number(rows[0]!.position);
    expect(await showWebhook(door.pool, position)).toMatchObject({ messageId: id, state: 'done' });
    expect(await replayWebhooks(door.pool, { id: position })).toBe(1);
    await until(() => payments.effects.filter((each) => each === `${object} 0`).length === 2 || undefined);
  });

  it('answers what it does not know with 404, other methods with 405, and tells its health', async () => {
    const message = await payments.sign({ id: 'x', body: '{}', key: payments.keys.current, at: new Date() });
    for (const source of ['nobody', 'constructor', '__proto__', 'payments/more'])
      expect((await door.post(source, message)).status).toBe(404);
    expect((await fetch(`${door.url}/webhooks/payments`)).status).toBe(405);
    expect((await fetch(`${door.url}/health/ready`)).status).toBe(200);
    const whole = new RawConnection(Number(new URL(door.url).port));
    whole.send(['GET http://x.example/webhooks/payments?x HTTP/1.1', 'Host: x.example']);
    expect(await whole.until(/\r\n\r\n/)).toContain(' 405 ');
    whole.close();
  });

  it('keeps bodies sealed, and deletes them after 30 days', async () => {
    const object = randomUUID();
    const id = await send(status(object));
    await until(async () => (await door.row(id))?.state === 'done' || undefined);
    const { rows } = await door.pool.query<{ all: string }>(`select encode(sealed_body, 'escape') as all from webhook`);
    expect(rows.map(({ all }) => all).join('')).not.toContain(object);
    const parked = await send({ version: 'none' });
    await door.forgetIn(29);
    expect((await door.row(id))?.sealed_body).not.toBeNull();
    await door.forgetIn(31);
    expect(await door.row(id)).toBeUndefined();
    expect(await door.row(parked)).toMatchObject({ state: 'parked', sealed_body: null });
  });
});
