import { randomUUID } from 'node:crypto';
import createClient from 'openapi-fetch';
import { beforeAll, describe, expect, test } from 'vitest';
import type { paths } from '#generated/rest/openapi.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { examples } from '../../rest/examples.ts';
import collection from '../../rest/postman.json' with { type: 'json' };
import { sharedSystem } from '../harness/sharedSystem.ts';
import { demoStore, type TestSystem } from '../harness/startTestSystem.ts';
import { runNewman } from './runNewman.ts';

let system: TestSystem;
let baseUrl: string;

beforeAll(async () => {
  system = await sharedSystem();
  baseUrl = new URL(system.urlOf('rest')).origin;
});

describe('the Postman collection', () => {
  const run = async () => {
    const roles = [...new Set(examples.flatMap(({ as }) => as ?? []))];
    const tokens = roles.map(async (role) => [`${role}Token`, await system.tokenFor({ role })] as const);
    return runNewman(collection, { baseUrl, ...Object.fromEntries(await Promise.all(tokens)) });
  };

  test('is run by Newman, and every answer is the one that it promises', async () => {
    expect(await run()).toEqual({ requests: examples.length, failures: [] });
  });

  test('fails, and says where, when a part of the system does not answer', async () => {
    const { back } = system.cutOff('loyalty');
    try {
      const { failures } = await run();
      expect(failures.join('\n')).toMatch(/loyalty.*expected response to have status code 200 but got 503/);
    } finally {
      back();
    }
  });
});

describe('a client whose types a stock generator made of the OpenAPI document', () => {
  test('reads stores, places an order and cancels it, each answer typed', async () => {
    const client = createClient<paths>({
      baseUrl,
      headers: { authorization: `Bearer ${await system.tokenFor({ role: 'customer' })}` },
    });
    const stores = await client.GET('/v1/stores', { params: { query: { 'page[size]': 1 } } });
    expect(stores.data?.data?.[0]?.name).toEqual(expect.any(String));
    const placed = await client.POST('/v1/orders', {
      params: { header: { 'Idempotency-Key': randomUUID() } },
      body: {
        storeId: demoStore,
        service: 'TAKEAWAY',
        lines: [{ menuItemId: seedId('menuItem', 'cheeseburger'), quantity: 1 }],
        payment: { methodToken: 'tok_visa' },
      },
    });
    expect(placed.error).toBeUndefined();
    const orderId = placed.data!.id;
    const order = await client.GET('/v1/orders/{orderId}', { params: { path: { orderId } } });
    expect(order.data?.id).toBe(orderId);
    const cancelled = await client.POST('/v1/orders/{orderId}/cancellations', { params: { path: { orderId } } });
    expect([cancelled.response.status, cancelled.data?.status]).toEqual([201, 'CANCELLED']);
    const none = await client.GET('/v1/orders/{orderId}', { params: { path: { orderId: randomUUID() } } });
    expect([none.response.status, none.error?.error.code]).toEqual([404, 'NOT_FOUND']);
  });
});
