import { createHash } from 'node:crypto';
import { Code, ConnectError } from '@connectrpc/connect';
import { SignJWT } from 'jose';
import { Webhook } from 'standardwebhooks';
import { beforeAll, describe } from 'vitest';
import { DeliveryNoticeService } from '#generated/proto/drburger/delivery/v1/delivery_pb.ts';
import { service } from '#platform/rpc/service.ts';
import { doorUnderTest, newKey, type DoorUnderTest } from '../testing/doorUnderTest.ts';
import { describeSource, type SourceUnderTest } from '../testing/sourceContract.ts';

/** Notices tell nothing but the job, so the order of effects is counted here. */
const source = (parts: Pick<SourceUnderTest, 'name' | 'sign' | 'bodies'>): SourceUnderTest => ({
  ...parts,
  keys: { old: newKey(), current: newKey() },
  effects: [],
  unknown: new Set(),
});

const velo = source({
  name: 'velo',
  sign: ({ id, body, key, at }) => ({
    body,
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': new Webhook(key).sign(id, at, body),
    },
  }),
  bodies: [
    (object, step) => ({ version: '2026-01', type: 'delivery.updated', data: { external_id: object, step } }),
    (object, step) => ({ version: '2026-06', delivery: { external_id: object, step } }),
  ],
});

const stadtbote = source({
  name: 'stadtbote',
  sign: async ({ id, body, key, at }) => {
    const token = await new SignJWT({ request_body_sha256: createHash('sha256').update(body).digest('hex') })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer('stadtbote')
      .setAudience('webhooks')
      .setJti(id)
      .setIssuedAt(Math.floor(at.getTime() / 1_000))
      .sign(Buffer.from(key, 'base64'));
    return { body, headers: { authorization: `Bearer ${token}` } };
  },
  bodies: [
    (object, step) => ({ version: 1, order: { ref: object, state: step } }),
    (object, step) => ({ version: 2, ref: object, step }),
  ],
});

const owner = service(DeliveryNoticeService, ['webhooks'], {
  noteJob: ({ partner, reference }) => {
    const under = partner === 'VELO' ? velo : stadtbote;
    if (under.unknown.has(reference)) throw new ConnectError('no such job', Code.NotFound);
    under.effects.push(`${reference} ${under.effects.filter((each) => each.startsWith(reference)).length}`);
    return {};
  },
});

let door: DoorUnderTest;
beforeAll(async () => {
  const both = ({ keys }: SourceUnderTest) => [keys.current, keys.old].join(',');
  door = await doorUnderTest(
    { delivery: [owner] },
    { WEBHOOK_VELO_KEYS: both(velo), WEBHOOK_STADTBOTE_KEYS: both(stadtbote) },
  );
});

describe('velo', () => describeSource(velo, () => door));
describe('stadtbote', () => describeSource(stadtbote, () => door));
