import { randomUUID } from 'node:crypto';
import { get } from 'node:http';
import { beforeAll, describe, expect, test } from 'vitest';
import { seedId } from '#schema/seed/seedId.ts';
import { orderInput } from '../harness/placing.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import { demoStore, type TestSystem } from '../harness/startTestSystem.ts';
import { callRest, type RestCall, type RestReply } from './restCall.ts';

let system: TestSystem;
let customer: string;
const call = (route: string, options?: RestCall): Promise<RestReply> => callRest(system.urlOf('rest'), route, options);

/** A basket as REST takes it: the key is a header. */
function basket(over: object = {}): { body: object; headers: Record<string, string> } {
  const { idempotencyKey, ...body } = orderInput('TAKEAWAY', over);
  return { body, headers: { 'idempotency-key': idempotencyKey } };
}

beforeAll(async () => {
  system = await sharedSystem();
  customer = await system.tokenFor({ role: 'customer' });
});

describe('the statuses of the company’s document', () => {
  test('200: a list in pages, of which each names the next', async () => {
    const first = await call('GET /v1/stores?page[size]=2');
    expect(first.status).toBe(200);
    const { data, page } = first.body as { data: { id: string }[]; page: { after: string } };
    expect(data).toHaveLength(2);
    const [, next] = /^<(.+)>; rel="next"$/.exec(first.headers.get('link') ?? '') ?? [];
    expect(new URL(next!, 'http://localhost').searchParams.get('page[after]')).toBe(page.after);
    const second = await call(`GET ${next}`);
    expect((second.body as { data: { id: string }[] }).data[0]!.id).not.toBe(data[0]!.id);
    expect(second.headers.get('cache-control')).toBe('public, max-age=60');
  });

  test('201: an order is created, and its address told', async () => {
    const placed = await call('POST /v1/orders', { token: customer, ...basket() });
    expect(placed).toMatchObject({ status: 201, body: { status: 'PLACED' } });
    const { id } = placed.body as { id: string };
    expect(placed.headers.get('location')).toBe(`/v1/orders/${id}`);
    const order = await call(`GET ${placed.headers.get('location')}`, { token: customer });
    expect(order).toMatchObject({ status: 200, body: { id, lines: [{ quantity: 2 }] } });
    const cancelled = await call(`POST /v1/orders/${id}/cancellations`, { token: customer });
    expect(cancelled).toMatchObject({ status: 201, body: { id, status: 'CANCELLED' } });
  });

  test('304: what the client has already is not sent again', async () => {
    const first = await call(`GET /v1/menu/entries?storeId=${demoStore}&page[size]=3`);
    const again = await call(`GET /v1/menu/entries?storeId=${demoStore}&page[size]=3`, {
      headers: { 'if-none-match': first.headers.get('etag')! },
    });
    expect([first.status, again.status, again.body]).toEqual([200, 304, undefined]);
  });

  test('400: each field that is wrong is named', async () => {
    const { body, headers } = basket({ lines: [{ menuItemId: 'x', quantity: 'many' }], service: 'BY_DRONE' });
    const refused = await call('POST /v1/orders', { token: customer, body, headers });
    expect(refused).toMatchObject({
      status: 400,
      body: { error: { code: 'INVALID_INPUT', message: 'The request contains invalid parameters' } },
    });
    const { details } = (refused.body as { error: { details: { field: string }[] } }).error;
    expect(details.map(({ field }) => field).sort()).toEqual(['lines[0].quantity', 'service']);
  });

  test('401: without a token, and with a wrong one', async () => {
    const none = await call('POST /v1/orders', basket());
    expect(none).toMatchObject({ status: 401, body: { error: { code: 'UNAUTHENTICATED', details: [] } } });
    expect(none.headers.get('www-authenticate')).toBe('Bearer');
    expect((await call('GET /v1/stores', { token: 'a.b.c' })).status).toBe(401);
  });

  test('403: with the token of a role that may not', async () => {
    const token = await system.tokenFor({ role: 'courier' });
    const refused = await call('POST /v1/orders', { token, ...basket() });
    expect(refused).toMatchObject({ status: 403, body: { error: { code: 'FORBIDDEN' } } });
  });

  test('404: what is not there, and an address that is none', async () => {
    const body = { error: { code: 'NOT_FOUND', details: [] } };
    const token = customer;
    expect(await call(`GET /v1/orders/${randomUUID()}`, { token })).toMatchObject({ status: 404, body });
    expect(await call('GET /v1/nowhere')).toMatchObject({ status: 404, body });
  });

  test('400: a page of no size, below nothing or of everything, and what is given twice', async () => {
    for (const query of ['page[size]=0', 'page[size]=-1', 'page[size]=1000000000', 'page[size]=2&page[size]=3'])
      expect([query, (await call(`GET /v1/stores?${query}`)).status]).toEqual([query, 400]);
    expect(await call('GET /v1/stores?page[after]=nonsense')).toMatchObject({
      status: 400,
      body: { error: { details: [{ field: 'page[after]' }] } },
    });
  });

  test('201: the key of somebody else is nobody’s business', async () => {
    const { body, headers } = basket();
    const mine = await call('POST /v1/orders', { token: customer, body, headers });
    const token = await system.tokenFor({ role: 'customer', subject: seedId('customer', 2) });
    const theirs = await call('POST /v1/orders', { token, body, headers });
    expect([mine.status, theirs.status]).toEqual([201, 201]);
    const [one, other] = [mine, theirs].map((each) => (each.body as { id: string }).id);
    expect(other).not.toBe(one);
    expect((await call(`GET /v1/orders/${one}`, { token })).status).toBe(404);
  });

  test('409: a key that was used for another order', async () => {
    const { body, headers } = basket();
    await call('POST /v1/orders', { token: customer, body, headers });
    const again = await call('POST /v1/orders', { token: customer, body: { ...body, service: 'DINE_IN' }, headers });
    expect(again).toMatchObject({ status: 409, body: { error: { code: 'IDEMPOTENCY_KEY_REUSED' } } });
  });

  test('500 is never the answer to what a client sends wrong, and an error may be a problem of RFC 9457', async () => {
    const headers = { accept: 'application/problem+json' };
    const refused = await call('POST /v1/orders', { token: customer, headers, body: '{"lines":' });
    expect(refused.headers.get('content-type')).toMatch('application/problem+json');
    expect(refused).toMatchObject({ status: 400, body: { status: 400, title: 'Bad Request' } });
  });
});

describe('an app on REST alone', () => {
  test('a customer signs up, keeps an address, reads and clears, and is erased', async () => {
    const token = await system.tokenFor({ role: 'customer', subject: randomUUID() });
    const keyed = () => ({ 'idempotency-key': randomUUID() });
    const person = { givenName: 'Ada', familyName: 'Kern', email: `${randomUUID()}@example.com`, locale: 'DE' };
    expect((await call('GET /v1/customers/me')).status).toBe(401);
    expect((await call('GET /v1/customers/me', { token })).status).toBe(404);
    const signedUp = await call('POST /v1/customers', {
      token,
      body: { ...person, phone: '+4930123456' },
      headers: keyed(),
    });
    expect([signedUp.status, signedUp.headers.get('location')]).toEqual([201, '/v1/customers/me']);
    const changed = await call('PATCH /v1/customers/me', { token, body: { givenName: 'Ida', phone: null } });
    expect(changed).toMatchObject({ status: 200, body: { givenName: 'Ida', familyName: 'Kern', phone: null } });
    const address = {
      ...{ line1: 'Weg 1', postalCode: '10115', city: 'Berlin', country: 'DE' },
      position: { latitude: 52.53, longitude: 13.38 },
    };
    const added = await call('POST /v1/customers/me/addresses', { token, body: { address }, headers: keyed() });
    expect(added).toMatchObject({ status: 201, body: { current: { version: 1 } } });
    const { id } = added.body as { id: string };
    const replaced = { address: { ...address, line1: 'Weg 2' } };
    expect(
      await call(`PUT /v1/customers/me/addresses/${id}`, { token, body: replaced, headers: keyed() }),
    ).toMatchObject({ status: 200, body: { current: { version: 2, line1: 'Weg 2' } } });
    expect((await call(`DELETE /v1/customers/me/addresses/${id}`, { token })).status).toBe(204);
    expect(await call('GET /v1/customers/me/addresses', { token })).toMatchObject({ body: { data: [] } });
    expect((await call('PUT /v1/customers/me/consents/MARKETING', { token, body: { granted: true } })).status).toBe(
      200,
    );
    expect((await call(`PUT /v1/customers/me/favourite-stores/${demoStore}`, { token })).status).toBe(204);
    expect((await call('DELETE /v1/customers/me?confirm=true', { token })).status).toBe(200);
    // Access ends when the news of the erasure has come; the profile is gone at once.
    expect([401, 404]).toContain((await call('GET /v1/customers/me', { token })).status);
  });

  test('every route that reads answers its caller, and none with a fault of ours', async () => {
    const tokens = {
      customer,
      courier: await system.tokenFor({ role: 'courier' }),
      staff: await system.tokenFor({ role: 'manager' }),
    };
    const reads: readonly (readonly [keyof typeof tokens, string])[] = [
      ['customer', '/v1/customers/me'],
      ['customer', '/v1/customers/me/consents'],
      ['customer', '/v1/customers/me/consent-changes'],
      ['customer', '/v1/customers/me/favourite-stores'],
      ['customer', '/v1/customers/me/orders?page[size]=2'],
      ['customer', '/v1/loyalty/account'],
      ['customer', '/v1/loyalty/entries'],
      ['customer', '/v1/menu/categories?locale=DE'],
      ['customer', `/v1/menu/availability/${demoStore}`],
      ['customer', '/v1/stores/nearest?latitude=52.5&longitude=13.4&services=DELIVERY,TAKEAWAY'],
      ['customer', `/v1/memberships/plans?storeId=${demoStore}`],
      ['courier', '/v1/couriers/me'],
      ['courier', '/v1/couriers/me/jobs'],
      ['courier', '/v1/couriers/me/open-jobs'],
      ['staff', `/v1/stores/${demoStore}/tickets`],
      ['staff', `/v1/stores/${demoStore}/payments?page[size]=2`],
    ];
    for (const [who, path] of reads) {
      const { status, headers } = await call(`GET ${path}`, { token: tokens[who] });
      expect([path, status, headers.get('incomplete')]).toEqual([path, 200, null]);
    }
  });
});

describe('what HTTP asks for besides', () => {
  test('405 names the methods, OPTIONS too, and HEAD has no body', async () => {
    const refused = await call('DELETE /v1/stores');
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
    expect((await call('OPTIONS /v1/stores')).status).toBe(204);
    expect(await call('HEAD /v1/stores')).toMatchObject({ status: 200, body: undefined });
  });

  test('a request that names the whole address is answered as one that names the path', async () => {
    const { hostname, port } = new URL(system.urlOf('rest'));
    const answered = new Promise<number>((resolve, reject) => {
      const path = 'http://rest.example/v1/stores?page[size]=1';
      get({ hostname, port, path }, (response) => resolve(response.resume().statusCode!)).on('error', reject);
    });
    expect(await answered).toBe(200);
  });

  test('413 and 415 for a body that is too long, or no JSON', async () => {
    const long = { token: customer, ...basket({ note: 'x'.repeat(2_000_000) }) };
    expect((await call('POST /v1/orders', long)).status).toBe(413);
    const { headers } = basket();
    const form = { token: customer, body: 'a=b', headers: { ...headers, 'content-type': 'text/plain' } };
    expect((await call('POST /v1/orders', form)).status).toBe(415);
  });

  test('412 and 428: a change is made on the version that the client has seen', async () => {
    const token = await system.tokenFor({ role: 'manager' });
    const route = `PATCH /v1/stores/${demoStore}`;
    const { headers: seen } = await call(`GET /v1/stores/${demoStore}`);
    const ifMatch = (tag: string) => ({ 'idempotency-key': randomUUID(), 'if-match': tag });
    expect((await call(route, { token, body: {}, headers: { 'idempotency-key': randomUUID() } })).status).toBe(428);
    const tag = seen.get('etag')!;
    const other = tag.replace(/\d+/, (version) => String(Number(version) + 7));
    expect(await call(route, { token, body: { maxOpenOrders: 90 }, headers: ifMatch(other) })).toMatchObject({
      status: 412,
      body: { error: { code: 'STORE_CHANGED_MEANWHILE' } },
    });
  });

  test('a long answer is compressed, the usual coding first', async () => {
    const answer = await call('GET /v1/stores?page[size]=20', { headers: { 'accept-encoding': 'br, gzip' } });
    expect([answer.status, answer.headers.get('content-encoding')]).toEqual([200, 'br']);
  });

  test('503 with Retry-After while a part of the graph is away', async () => {
    const { back } = system.cutOff('stores');
    try {
      const refused = await call('GET /v1/stores?page[size]=7&country=DE');
      expect(refused.status).toBe(503);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    } finally {
      back();
    }
  });
});
