import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventEnvelope, NewEvent } from '#platform/events/defineEvent.ts';
import { createWrappingKeys } from '#platform/pii/keyring.ts';
import { certificates } from '#platform/testkit/certificates.ts';
import type { SupervisedProcess } from '#platform/testkit/superviseProcess.ts';
import { until } from '#platform/testkit/until.ts';
import { StoreOrderingChanged } from '#schema/events/stores.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { newSecret } from '#subgraphs/partners/src/webhooks/secret.ts';
import { tokenOf } from '../harness/startTestSystem.ts';
import { envelopeOf, type OutsideStage } from './outsideStage.ts';
import { root } from './productionServices.ts';

const patience = { timeoutMs: 60_000 };
const endpoints = 60;
const hanging = 10;
const stores = Array.from({ length: 3 }, () => randomUUID());

interface Taken {
  readonly id: string;
  readonly body: string;
  readonly cursor: string;
}

/** Two relays of webhooks to partners, some of whose endpoints never answer. */
export const twoRelays = (stageOf: () => OutsideStage) =>
  describe('webhooks out', () => {
    const processes: SupervisedProcess[] = [];
    let relays: SupervisedProcess[];
    let token: string;
    const said: EventEnvelope[] = [];
    const ids = Array.from({ length: endpoints }, () => randomUUID());
    const secrets: string[] = [];
    /** What each endpoint was sent, and what it has taken and answered. */
    const tried = ids.map((): Taken[] => []);
    const got = ids.map((): Taken[] => []);
    const all = () => got.reduce((sum, { length }) => sum + length, 0);
    /** What waits for its answer, and from which endpoints it waits. */
    const held: (() => void)[] = [];
    let holds = (endpoint: number): boolean => endpoint < hanging;
    const { ca, cert, key } = certificates('DNS:*.receivers.example');
    const receiver = createServer(
      { cert: readFileSync(cert), key: readFileSync(key) },
      (request, response) =>
        void text(request).then((body) => {
          const endpoint = Number(request.url?.slice(1));
          const headers = request.headers as Record<string, string>;
          new Webhook(secrets[endpoint]!).verify(body, headers);
          const message = { id: headers['webhook-id']!, body, cursor: headers['webhook-cursor']! };
          tried[endpoint]!.push(message);
          const take = () => {
            got[endpoint]!.push(message);
            response.writeHead(204).end();
          };
          if (holds(endpoint)) held.push(take);
          else take();
        }),
    );
    const release = () => {
      holds = () => false;
      for (const take of held.splice(0)) take();
    };

    beforeAll(async () => {
      const { production, bases } = stageOf();
      await once(receiver.listen(0, '127.0.0.1'), 'listening');
      const onTheInternet = {
        NODE_OPTIONS: `--import ${root}e2e/many-processes/onTheInternet.mjs`,
        NODE_EXTRA_CA_CERTS: ca,
      };
      const partners = production.serve(bases[0], 'subgraph', 'partners');
      processes.push(partners, production.serve(bases[0], 'channel', 'partner'));
      relays = bases.map((base) => production.serveWith(onTheInternet, base, 'webhook-relay'));
      processes.push(...relays);
      await Promise.all(processes.map((each) => each.whenReady()));
      token = await tokenOf(production.outside.key, { role: 'partner' });
      await register();
    });
    afterAll(async () => {
      await Promise.all(processes.map((each) => each.stop()));
      receiver.closeAllConnections();
      receiver.close();
    });

    const rows = async <Row extends object>(sql: string, ...values: unknown[]): Promise<Row[]> =>
      (await stageOf().pool('partners').query<Row>(sql, values)).rows;

    async function register(): Promise<void> {
      const keys = createWrappingKeys(stageOf().production.env['PII_MASTER_KEYS']!);
      const [partner, app, { port }] = [seedId('partner', 1), randomUUID(), receiver.address() as AddressInfo];
      await rows("INSERT INTO partner (id, name, opened_at) VALUES ($1, 'outside', now())", partner);
      await rows(
        `INSERT INTO app (id, partner_id, name, scopes, signing, addresses, order_store_ids)
         VALUES ($1, $2, 'outside', '{catalog:read}', 'OPTIONAL', '{}', '{}')`,
        app,
        partner,
      );
      for (const [index, id] of ids.entries()) {
        const secret = newSecret(keys, id);
        secrets.push(secret.text);
        await rows(
          `INSERT INTO webhook_endpoint (id, app_id, url, event_types, store_ids, payload_version, secret, wrapped_key,
             state, made_at) VALUES ($1, $2, $3, '{STORE_ORDERING_CHANGED}', '{}', 'V1', $4, $5, 'ACTIVE', now())`,
          id,
          app,
          `https://endpoint-${index}.receivers.example:${port}/${index}`,
          Buffer.from(secret.sealed.secret),
          Buffer.from(secret.sealed.wrappedKey),
        );
      }
    }

    /** Each store changes so often, as stores tells it. */
    async function happen(times: number): Promise<void> {
      const before = said.length / stores.length;
      for (let time = 1; time <= times; time += 1) {
        const at = new Date().toISOString();
        const events = stores.map((storeId) =>
          envelopeOf(
            StoreOrderingChanged.of({ storeId, accepting: time % 2 === 0, reason: null, at }) as unknown as NewEvent,
            before + time,
          ),
        );
        said.push(...events);
        await stageOf().say(...events);
      }
    }
    /** Lets the time pass for which a relay that died keeps its lanes. */
    const leasesEnd = () => rows('UPDATE webhook_lane SET next_at = now() WHERE leased RETURNING 1');
    const waiting = async () =>
      (await rows<{ n: number }>(`SELECT count(*)::int AS n FROM webhook_delivery WHERE state <> 'DELIVERED'`))[0]!.n;
    const delivered = () =>
      until(
        async () => {
          const [row] = await rows<{ n: number }>('SELECT count(*)::int AS n FROM webhook_delivery');
          return row!.n === endpoints * said.length && (await waiting()) === 0;
        },
        { ...patience, what: 'everything is delivered' },
      );
    /** The first time of each message. */
    const firsts = (endpoint: number) =>
      [...new Map([...got[endpoint]!].reverse().map((each) => [each.id, each])).values()].reverse();
    const hasAll = (endpoint: number) => new Set(got[endpoint]!.map(({ id }) => id)).size === said.length;

    /** Every endpoint has every event, in the order of its object, by the same id and text at every try. */
    function everyOneInOrder(endpoint: number): void {
      const versions = firsts(endpoint).map(
        ({ body }) => JSON.parse(body) as { object: string; objectVersion: number },
      );
      for (const storeId of stores)
        expect(
          versions.filter(({ object }) => object === `store:${storeId}`).map((each) => each.objectVersion),
        ).toEqual(
          said
            .filter(({ metadata }) => metadata.aggregateId === `store:${storeId}`)
            .map((each) => each.metadata.aggregateVersion),
        );
      expect(new Set(got[endpoint]!.map(({ id }) => id))).toEqual(new Set(said.map(({ eventId }) => eventId)));
      expect(new Set(tried[endpoint]!.map(({ id, body }) => `${id} ${body}`)).size).toBe(said.length);
    }

    it('reach every endpoint in order, though relays are killed while they send and some endpoints hang', async () => {
      await happen(4);
      const answering = ids.map((_, index) => index).slice(hanging);
      for (const [side, answered] of [
        [0, 60],
        [1, 300],
      ] as const) {
        await until(() => all() > answered, { ...patience, what: `${answered} were answered` });
        await relays[side]!.kill('SIGKILL');
        expect(await leasesEnd()).not.toEqual([]);
      }
      await until(() => answering.every(hasAll), { ...patience, what: 'those that answer have everything' });
      for (const endpoint of answering) everyOneInOrder(endpoint);
      expect(got.slice(0, hanging).flat()).toEqual([]);
      release();
      await delivered();
      for (const endpoint of ids.keys()) everyOneInOrder(endpoint);
    });

    it('are sent again from a cursor while others are under way, so that nothing is missing that was lost', async () => {
      const [endpoint, mutation] = [
        hanging,
        readFileSync(`${root}bffs/partner/operations/replayWebhooks.graphql`, 'utf8'),
      ];
      async function replay(of: number, wanted: object): Promise<void> {
        const response = await fetch(`http://127.0.0.1:${stageOf().bases[0] + 5}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
          body: JSON.stringify({ query: mutation, variables: { input: { endpointId: ids[of], ...wanted } } }),
        });
        expect(await response.json()).toMatchObject({
          data: { replayWebhooks: { __typename: 'ReplayWebhooksSuccess' } },
        });
      }
      const began = new Date().toISOString();
      const mine = () => firsts(endpoint).length;
      const before = mine();
      const happening = happen(6);
      await until(() => mine() > before + 3, patience);
      const backup = [...got[endpoint]!];
      await until(() => mine() > before + 9, patience);
      // It takes no more until it is restored, and by then it is known what it has answered.
      holds = (each) => each === endpoint;
      const answered = new Set(got[endpoint]!.map(({ id }) => id));
      await until(async () => {
        const settled = await rows<{ id: string }>(
          `SELECT event_id AS id FROM webhook_delivery WHERE endpoint_id = $1 AND state = 'DELIVERED'`,
          ids[endpoint],
        );
        return settled.filter(({ id }) => answered.has(id)).length >= answered.size;
      }, patience);
      got[endpoint]!.splice(0, Infinity, ...backup);
      await replay(endpoint, { after: backup.at(-1)!.cursor });
      release();
      // Whoever asks again and again, while messages are under way, keeps none of them waiting.
      for (let time = 0; time < 20; time += 1) await replay(endpoint + 1, { from: began });
      await happening;
      await delivered();
      expect(hasAll(endpoint)).toBe(true);
      for (const relay of relays) expect(relay.output).not.toContain('could not be sent');
    });
  });
