import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT } from 'jose';
import pino from 'pino';
import { beforeAll, describe, expect, it } from 'vitest';
import { DeviceCredential, type KeptDevice } from '#clients/device-credential/src/deviceCredential.ts';
import { deviceAccessOf } from '#gateway/access/devices/rpcDeviceAccess.ts';
import { LoadGate } from '#gateway/access/loadGate.ts';
import { LoadQueue } from '#gateway/access/loadQueue.ts';
import { memoryRates } from '#gateway/access/rateStore.ts';
import { defaultLoadPolicy } from '#gateway/channelManifest.ts';
import { clientAddress } from '#gateway/transports/http/clientAddress.ts';
import { DeviceRequests } from '#gateway/transports/http/deviceRequests.ts';
import { DeviceAccessService } from '#generated/proto/drburger/stores/v1/devices_pb.ts';
import {
  developmentAudience,
  developmentIssuer,
  newSigningKey,
  publicHalf,
} from '#platform/identity/developmentIssuer.ts';
import { createIdentity, deviceTokenSeconds, type Identity } from '#platform/identity/identity.ts';
import { principalWith, testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { whenFileEnds } from '#platform/testkit/whenFileEnds.ts';
import { channelService } from '#schema/services.ts';
import { scopesOfRole } from '#schema/scopes.ts';
import { seedId } from '#schema/seed/seedId.ts';
import stores from '#subgraphs/stores/src/main.ts';

const dayMs = 86_400_000;
const self = channelService('kiosk');
const kiosk = { name: 'kiosk', roles: ['kiosk'] };
const [berlin, second] = [seedId('store', 1), seedId('store', 2)];
const managerOf = (store: string) =>
  principalWith(['store:manage'], { roles: ['manager'], bindings: { store }, subject: `manager of ${store}` });
const enrol = `mutation ($input: EnrolDeviceInput!) { result: enrolDevice(input: $input) {
  __typename ... on EnrolDeviceSuccess { device { id name role lastSeenAt } } ... on StoreInputProblem { field } } }`;
const revoke = `mutation ($input: RevokeDeviceInput!) { result: revokeDevice(input: $input) {
  __typename ... on RevokeDeviceSuccess { device { revokedAt } } } }`;
const list = `query ($storeId: ID!) { storeDevices(storeId: $storeId) { id name lastSeenAt } }`;

let graph: TestSubgraph;
let channel: Identity;
let url: string;
let now = Date.parse('2026-03-04T12:00:00Z');
/** The key with which the channel signs, and those before it that are still believed. */
const keys = [await newSigningKey()];
const channelWithKeys = () =>
  createIdentity({
    internalKey: {
      self,
      privateKeys: { [self]: keys[0]! },
      publicKeys: { [self]: keys.map(publicHalf) },
      edges: { [self]: { channel: 'kiosk', roles: ['kiosk'] } },
    },
    client: { issuer: developmentIssuer, audience: developmentAudience, keys: { keys: [] } },
    scopesOf: scopesOfRole,
    clock: () => new Date(now),
  });

beforeAll(async () => {
  graph = await testSubgraph(stores, { seed: true, clock: () => new Date(now) });
  channel = await channelWithKeys();
  const requests = new DeviceRequests({
    channel: 'kiosk',
    role: 'kiosk',
    access: deviceAccessOf(graph.client(DeviceAccessService, self)),
    identity: { issueDeviceToken: (...of) => channel.issueDeviceToken(...of) },
    load: new LoadGate(new LoadQueue(defaultLoadPolicy, 'kiosk'), [], undefined),
    rates: memoryRates,
    addressOf: clientAddress([]),
    log: pino({ level: 'silent' }),
  });
  const server = createServer((request, response) => {
    response.setHeader('date', new Date(now).toUTCString());
    void requests.handle(request, response, request.url ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  whenFileEnds(() => server.close());
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

/** A screen with a disk and a clock of its own. Whatever it waits for passes at once. */
class Screen {
  kept: KeptDevice | undefined;
  readonly codes: (string | undefined)[] = [];
  credential!: DeviceCredential;
  /** Does something while the screen waits. */
  whileWaiting: () => Promise<void> = () => Promise.resolve();
  readonly #clock: () => number;

  constructor(clock: () => number = () => now) {
    this.#clock = clock;
    this.restart();
  }

  restart(): void {
    this.credential = new DeviceCredential({
      url,
      store: {
        load: () => Promise.resolve(this.kept),
        keep: (device) => {
          this.kept = device;
          return Promise.resolve();
        },
      },
      onCode: (code) => void this.codes.push(code),
      clock: this.#clock,
      pause: () => this.whileWaiting(),
    });
  }

  /** Enrols itself, as a manager does who reads the code from it. */
  async enrol(name: string, store = berlin): Promise<string> {
    this.whileWaiting = async () => {
      this.whileWaiting = () => Promise.resolve();
      await enrolBy(store, this.codes.at(-1)!, name);
    };
    return this.credential.token();
  }
}

let count = 0;
const newKey = () => `key ${(count += 1)}`;
const resultOf = async (answer: Promise<{ data?: Record<string, unknown> | null }>) =>
  (await answer).data!['result'] as { __typename: string; device?: { id: string } };
const enrolBy = (store: string, userCode: string, name: string, at = store) =>
  resultOf(graph.as(managerOf(store))(enrol, { input: { idempotencyKey: newKey(), storeId: at, userCode, name } }));
const revokeBy = (store: string, deviceId: string) =>
  resultOf(graph.as(managerOf(store))(revoke, { input: { idempotencyKey: newKey(), deviceId } }));
const devicesOf = async (store: string, manager = store) =>
  (await graph.as(managerOf(manager))(list, { storeId: store })).data!['storeDevices'] as
    { id: string; name: string; lastSeenAt: string | null }[] | null;

describe('the screen of a store', () => {
  it('works for a year untouched: off at times, by a wrong clock, while keys of the channel are exchanged', async () => {
    const began = now;
    // Its clock is three days behind, and loses a second a day.
    const screen = new Screen(() => now - 3 * dayMs - (now - began) / 86_400);
    const first = await screen.enrol('Board above the counter');
    expect(screen.codes.at(0)).toMatch(/^[B-Z]{4}-[B-Z]{4}$/);
    expect(screen.codes.at(-1)).toBeUndefined();
    let tokens = 0;
    let last = first;
    // Whether a token is the third of a morning or the first for days makes no difference: five days have one.
    for (let day = 5; day <= 365; day += 5) {
      now = began + day * dayMs;
      if (day % 20 === 0) screen.restart();
      if (day % 90 === 0) {
        keys.unshift(await newSigningKey());
        channel = await channelWithKeys();
      }
      await expect(channel.verifyClientToken(last, kiosk)).rejects.toThrow();
      last = await screen.credential.token();
      tokens += 1;
      const { principal, expiresAt } = await channel.verifyClientToken(last, kiosk);
      expect(principal.grants).toMatchObject([{ role: 'kiosk', bindings: { store: berlin } }]);
      expect(expiresAt.getTime()).toBe(now + deviceTokenSeconds * 1_000);
    }
    expect(tokens).toBe(73);
    expect(screen.codes.filter((code) => code !== undefined)).toHaveLength(1);
    const [device] = (await devicesOf(berlin))!;
    expect(device).toMatchObject({ name: 'Board above the counter', lastSeenAt: new Date(now).toISOString() });
    // Keys and tokens that are used up do not pile up.
    const { rows } = await graph.domain.pool.query('SELECT count(*)::int AS "count" FROM "device_assertion"');
    expect(rows[0]).toEqual({ count: 1 });

    expect(await revokeBy(second, device!.id)).toMatchObject({ __typename: 'DeviceNotFound' });
    expect(await revokeBy(berlin, device!.id)).toMatchObject({ __typename: 'RevokeDeviceSuccess' });
    expect(await devicesOf(berlin)).toEqual([]);
    const events = (await graph.appended()).filter(({ eventType }) => eventType.startsWith('StoreDevice'));
    expect(events.map(({ eventType }) => eventType)).toEqual(['StoreDeviceEnrolled', 'StoreDeviceRevoked']);
    // It gets no other token, and asks to be enrolled anew.
    screen.restart();
    await screen.enrol('Board by the door', second);
    expect(screen.codes.filter((code) => code !== undefined).length).toBeGreaterThan(1);
    expect(await devicesOf(second)).toMatchObject([{ name: 'Board by the door' }]);
  });

  it('keeps its code over a restart, and shows another when that is too old', async () => {
    const screen = new Screen();
    let waits = 0;
    screen.whileWaiting = async () => {
      waits += 1;
      if (waits === 1) now += 10 * 60_000;
      if (waits === 2) now += 6 * 60_000;
      if (waits === 3) {
        expect(await enrolBy(berlin, screen.codes[0]!, 'Too late')).toEqual({ __typename: 'DeviceCodeUnknown' });
        // The code is entered the way people type it.
        const typed = screen.codes.at(-1)!.toLowerCase().replace('-', ' ');
        expect(await enrolBy(berlin, typed, '')).toMatchObject({ __typename: 'StoreInputProblem', field: 'name' });
        expect(await enrolBy(second, typed, 'Foreign', berlin)).toEqual({ __typename: 'StoreNotFound' });
        expect(await enrolBy(berlin, typed, 'In time')).toMatchObject({ __typename: 'EnrolDeviceSuccess' });
        expect(await enrolBy(berlin, typed, 'Again')).toEqual({ __typename: 'DeviceCodeUnknown' });
      }
    };
    await screen.credential.token();
    expect(new Set(screen.codes.filter((code) => code !== undefined)).size).toBe(2);
    expect(await devicesOf(berlin, second)).toBeNull();
  });

  it('that asks more often than it was told is told to slow down, and used nothing up', async () => {
    const screen = new Screen();
    const said: unknown[] = [];
    screen.whileWaiting = async () => {
      const { id, keys: pair } = screen.kept!;
      const poll = async () => {
        const assertion = await new SignJWT({})
          .setProtectedHeader({ alg: 'ES256' })
          .setIssuer(id)
          .setSubject(id)
          .setAudience('urn:drburger:devices')
          .setIssuedAt(now / 1_000)
          .setExpirationTime(now / 1_000 + 60)
          .setJti(`j${newKey()}`.replaceAll(' ', '-').padEnd(20, '0'))
          .sign(pair.privateKey);
        const client = graph.client(DeviceAccessService, self);
        return (await client.prove({ role: 'kiosk', assertion })).error;
      };
      said.push(...(await Promise.all([poll(), poll(), poll()])));
      now += 5_000;
      said.push(...(await Promise.all([poll(), poll(), poll()])).sort());
      const { rows } = await graph.domain.pool.query(
        'SELECT count(*)::int AS "count" FROM "device_assertion" WHERE "device_id" = $1',
        [id],
      );
      said.push(rows[0]);
      screen.whileWaiting = () => Promise.resolve();
      await enrolBy(berlin, screen.codes.at(-1)!, 'In a hurry');
    };
    await screen.credential.token();
    expect(said).toEqual([
      ...Array<string>(3).fill('slow_down'),
      'authorization_pending',
      ...Array<string>(2).fill('slow_down'),
      { count: 2 },
    ]);
  });

  it('must have signed itself, now, for us, and only once', async () => {
    const screen = new Screen();
    await screen.enrol('Signs');
    const { id, keys: pair } = screen.kept!;
    const other = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
    const assertion = (over: Record<string, unknown> = {}, key = pair.privateKey) =>
      new SignJWT({
        iss: id,
        sub: id,
        aud: 'urn:drburger:devices',
        jti: `j${newKey()}`.replaceAll(' ', '-').padEnd(20, '0'),
        iat: now / 1_000,
        exp: now / 1_000 + 60,
        ...over,
      })
        .setProtectedHeader({ alg: 'ES256' })
        .sign(key);
    const ask = async (text: string, over: Record<string, string> = {}) => {
      const response = await fetch(`${url}device/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: text,
          ...over,
        }),
      });
      const { error = 'none' } = (await response.json()) as { error?: string };
      return `${response.status} ${error}`;
    };
    const good = await assertion();
    expect(await ask(good)).toBe('200 none');
    const refused = '401 invalid_client';
    expect(await ask(good)).toBe(refused);
    expect(await ask(await assertion({}, other.privateKey))).toBe(refused);
    expect(await ask(await assertion({ iat: now / 1_000 - 400, exp: now / 1_000 - 340 }))).toBe(refused);
    expect(await ask(await assertion({ exp: now / 1_000 + dayMs }))).toBe(refused);
    expect(await ask(await assertion({ aud: 'somebody else' }))).toBe(refused);
    expect(await ask(await assertion({ jti: undefined }))).toBe(refused);
    expect(await ask(await assertion({ sub: berlin }))).toBe(refused);
    for (const nonsense of ['', 'a.b.c', `${good}x`, good.slice(0, -2), 'eyJhbGciOiJub25lIn0.e30.'])
      expect(await ask(nonsense)).toBe(refused);
    expect(await ask(await assertion(), { grant_type: 'password' })).toBe('400 unsupported_grant_type');
    expect(await ask(await assertion())).toBe('200 none');
    const begin = async (body: URLSearchParams) => {
      const response = await fetch(`${url}device/authorize`, { method: 'POST', body });
      return response.status;
    };
    // No point of the curve, and no point at all.
    expect(await begin(new URLSearchParams({ x: 'A'.repeat(43), y: 'A'.repeat(43) }))).toBe(400);
    expect(await begin(new URLSearchParams({ x: '__proto__' }))).toBe(400);
    expect(await begin(new URLSearchParams({ x: 'x'.repeat(10_000) }))).toBe(413);
  });

  it('has a token for its channel alone, and no service has one for a device', async () => {
    const screen = new Screen();
    const token = await screen.enrol('Narrow');
    await expect(channel.verifyClientToken(token, { name: 'staff', roles: ['kiosk'] })).rejects.toThrow();
    expect((await channel.verifyClientToken(token, { ...kiosk, roles: ['manager'] })).principal.grants).toEqual([]);
    await expect(channel.verifyInternalToken(token, 'stores')).rejects.toThrow();
    const internal = await channel.mintInternalToken(principalWith([], { channel: 'kiosk' }), 'devices of kiosk');
    await expect(channel.verifyClientToken(internal, kiosk)).rejects.toThrow();
  });
});
