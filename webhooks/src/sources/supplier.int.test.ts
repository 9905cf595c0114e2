import { createHash, randomUUID } from 'node:crypto';
import { Code, ConnectError } from '@connectrpc/connect';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { InventorySupplyService } from '#generated/proto/drburger/inventory/v1/inventory_pb.ts';
import { until } from '#platform/testkit/until.ts';
import { service } from '#platform/rpc/service.ts';
import { doorUnderTest, newKey, type DoorUnderTest, type Message } from '../testing/doorUnderTest.ts';
import { describeSource, type SourceUnderTest } from '../testing/sourceContract.ts';

const digestOf = (body: string) => createHash('sha256').update(body).digest('hex');
const claimsOf = (id: string, body: string, at: Date) => ({
  iss: 'supplier',
  aud: 'webhooks',
  jti: id,
  iat: Math.floor(at.getTime() / 1_000),
  request_body_sha256: digestOf(body),
});
const withToken = (token: string, body: string): Message => ({ body, headers: { authorization: `Bearer ${token}` } });
const [storeId, ingredientId] = [randomUUID(), randomUUID()];

const supplier: SourceUnderTest = {
  name: 'supplier',
  keys: { old: newKey(), current: newKey() },
  sign: async ({ id, body, key, at }) =>
    withToken(
      await new SignJWT(claimsOf(id, body, at)).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(key, 'base64')),
      body,
    ),
  bodies: [
    (object, step) => ({
      version: '2026-01',
      type: 'delivery.arrived',
      storeId,
      deliveryNote: object,
      lines: [{ ingredientId, quantity: step + 1 }],
    }),
    (object, step) => ({
      version: '2026-06',
      delivery: { note: object, to: { store: storeId }, items: [{ id: ingredientId, units: step + 1 }] },
    }),
  ],
  effects: [],
  unknown: new Set(),
};

const told: [string, object][] = [];
function heard(what: string, message: object) {
  told.push([
    what,
    JSON.parse(JSON.stringify(message, (key, value: unknown) => (key === '$typeName' ? undefined : value))),
  ]);
  return {};
}

const owner = service(InventorySupplyService, ['webhooks'], {
  receive: ({ deliveryNote, lines }) => {
    if (supplier.unknown.has(deliveryNote)) throw new ConnectError('an ingredient is not known', Code.NotFound);
    supplier.effects.push(`${deliveryNote} ${lines[0]!.quantity - 1}`);
    return {};
  },
  noteShipment: (told) => heard('sent', told),
  setPrices: (told) => heard('prices', told),
  recall: (told) => heard('recalled', told),
});

let door: DoorUnderTest;
const pair = await generateKeyPair('ES256', { extractable: true });
const publicKey = (await exportSPKI(pair.publicKey)).replaceAll(/-----[A-Z ]+-----|\s/g, '');

beforeAll(async () => {
  const { current, old } = supplier.keys;
  door = await doorUnderTest({ inventory: [owner] }, { WEBHOOK_SUPPLIER_KEYS: [current, old, publicKey].join(',') });
});

describe('supplier', () => {
  describeSource(supplier, () => door);

  it('tells of shipments, prices and recalls in both versions', async () => {
    const [order, lines] = [randomUUID(), [{ ingredientId, quantity: 3 }]];
    const at = '2026-07-01T08:00:00.000Z';
    const bodies = [
      { version: '2026-01', type: 'shipment.sent', order, storeId, deliveryNote: 'N1', expectedAt: at, lines },
      {
        version: '2026-06',
        shipment: {
          order,
          to: { store: storeId.toUpperCase() },
          note: 'N1',
          due: at,
          items: [{ id: ingredientId, units: 3 }],
        },
      },
      {
        version: '2026-01',
        type: 'prices.changed',
        list: 'P1',
        validFrom: at,
        currency: 'EUR',
        exponent: 2,
        prices: [{ ingredientId, packSize: 100, price: 2_500 }],
      },
      {
        version: '2026-06',
        priceList: {
          name: 'P1',
          from: at,
          currency: 'EUR',
          exponent: 2,
          packs: [{ id: ingredientId, units: 100, price: 2_500 }],
        },
      },
      {
        version: '2026-01',
        type: 'goods.recalled',
        recall: 'R1',
        ingredientId,
        deliveryNotes: ['N1'],
        reason: 'glass',
      },
      { version: '2026-06', recall: { name: 'R1', id: ingredientId, notes: ['N1'], reason: 'glass' } },
    ];
    for (const each of bodies) {
      const body = JSON.stringify(each);
      const message = await supplier.sign({ id: randomUUID(), body, key: supplier.keys.current, at: new Date() });
      expect((await door.post('supplier', message)).status).toBe(200);
    }
    await until(() => told.length === bodies.length || undefined);
    const sent = { purchaseOrderId: order, storeId, deliveryNote: 'N1', expectedAt: at, lines };
    const prices = {
      id: 'P1',
      validFrom: at,
      currency: 'EUR',
      exponent: 2,
      prices: [{ ingredientId, packSize: 100, price: 2_500 }],
    };
    const recalled = { id: 'R1', ingredientId, deliveryNotes: ['N1'], reason: 'glass' };
    const of = (what: string) => told.filter(([each]) => each === what).map(([, message]) => message);
    expect(of('sent')).toEqual([sent, sent]);
    expect(of('prices')).toEqual([prices, prices]);
    expect(of('recalled')).toEqual([recalled, recalled]);
  });

  it('takes ES256 by the public key, and takes that key for no secret', async () => {
    const body = JSON.stringify(supplier.bodies[0]!(randomUUID(), 0));
    const claims = () => claimsOf(randomUUID(), body, new Date());
    const post = async (token: string) => (await door.post('supplier', withToken(token, body))).status;
    const sign = (alg: string, key: Parameters<SignJWT['sign']>[0], over: object = {}) =>
      new SignJWT({ ...claims(), ...over }).setProtectedHeader({ alg }).sign(key);
    expect(await post(await sign('ES256', pair.privateKey))).toBe(200);
    const forged = [
      sign('HS256', Buffer.from(publicKey)),
      sign('HS256', Buffer.from(publicKey, 'base64')),
      sign('HS256', Buffer.from(JSON.stringify(await exportJWK(pair.publicKey)))),
      sign('ES256', pair.privateKey, { iss: 'payments' }),
      sign('ES256', pair.privateKey, { aud: 'drburger' }),
      sign('ES256', pair.privateKey, { jti: undefined }),
      sign('ES256', pair.privateKey, { iat: undefined }),
      sign('ES256', pair.privateKey, { request_body_sha256: undefined }),
      new UnsecuredJWT(claims()).encode(),
    ];
    for (const token of forged) expect(await post(await token)).toBe(401);
  });
});
