import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import pino from 'pino';
import { beforeAll, beforeEach } from 'vitest';
import { newSigningKey } from '#platform/identity/developmentIssuer.ts';
import { keyringOf } from '#platform/pii/domainKeyring.ts';
import type { EventEnvelope } from '#platform/events/defineEvent.ts';
import { handleIn } from '#platform/events/deliver.ts';
import { testSubgraph } from '#platform/testkit/testSubgraph.ts';
import { whenFileEnds } from '#platform/testkit/whenFileEnds.ts';
import { seedId } from '#schema/seed/seedId.ts';
import type { Partners } from '../context.ts';
import { onPartnerEvents } from '../consumers/partnerEvents.ts';
import definition from '../main.ts';
import { runWebhookRelay, type RunningWebhookRelay } from '../relay/runWebhookRelay.ts';
import { eventTypes } from '../webhooks/eventTypes.ts';
import { newSecret } from '../webhooks/secret.ts';

const newKey = (): string => randomBytes(32).toString('base64');

/** The seeded app, which may be told about stores. */
export const appId = seedId('partner-app', 1);
export const storeId = seedId('store', 1);

/** A call that the receiver got. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/**
 * A partners domain with its seeds, and a receiver of webhooks that answers 204 unless a test says otherwise. Each test
 * begins without endpoints and events; the clock, which a test moves, goes on from one to the next.
 */
export class RelayUnderTest {
  now = new Date('2026-03-01T12:00:00Z');
  received: Received[] = [];
  answer: (got: Received, response: ServerResponse) => void = () => undefined;
  domain!: Partners;
  readonly #masterKeys = newKey();
  #signingKey = '';
  readonly #receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const got = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() };
      this.received.push(got);
      this.answer(got, response);
    });
  });

  constructor() {
    beforeAll(() => this.#start());
    beforeEach(async () => {
      this.received = [];
      this.answer = (_got, response) => response.writeHead(204).end();
      await this.domain.pool.query('DELETE FROM "webhook_endpoint"');
      await this.domain.pool.query('DELETE FROM "webhook_event"');
    });
  }

  async #start(): Promise<void> {
    this.#signingKey = JSON.stringify(await newSigningKey());
    const graph = await testSubgraph<Partners>(definition, {
      seed: true,
      clock: () => this.now,
      configuration: { PII_MASTER_KEYS: this.#masterKeys, PII_INDEX_KEY: newKey(), WEBHOOK_TARGETS: 'any' },
    });
    this.domain = graph.domain;
    await once(this.#receiver.listen(0, '127.0.0.1'), 'listening');
    whenFileEnds(() => {
      this.#receiver.closeAllConnections();
      this.#receiver.close();
    });
  }

  /** Runs a relay until the work is done. */
  async withRelay(
    work: (relay: RunningWebhookRelay) => Promise<unknown>,
    options: { callMs?: number; leaseMs?: number } = {},
  ): Promise<void> {
    const relay = await runWebhookRelay({
      databaseUrl: this.domain.pool.options.connectionString ?? '',
      secrets: { PII_MASTER_KEYS: this.#masterKeys, WEBHOOK_TOKEN_SIGNING_KEY: this.#signingKey },
      reach: 'any',
      log: pino({ level: 'silent' }),
      host: '127.0.0.1',
      port: 0,
      clock: () => this.now,
      ...options,
    });
    try {
      await work(relay);
    } finally {
      await relay.close();
    }
  }

  urlOf(path: string): string {
    return `http://127.0.0.1:${(this.#receiver.address() as AddressInfo).port}/${path}`;
  }

  /** An endpoint of the seeded app, and the secret of its signatures. */
  async endpointAt(path: string): Promise<{ id: string; secret: string }> {
    const { domain, now } = this;
    const id = domain.newId();
    const { text: secret, sealed } = newSecret(keyringOf(domain), id);
    await domain.db.webhookEndpoint.create({
      data: {
        id,
        appId,
        url: this.urlOf(path),
        eventTypes: eventTypes.map(({ name }) => name),
        storeIds: [],
        payloadVersion: 'V1',
        ...sealed,
        state: 'ACTIVE',
        madeAt: now,
      },
    });
    return { id, secret };
  }

  /** Keeps an event about a store, for all endpoints that ask for it. */
  async happen(object: string, version: number, type = 'store.ordering_changed'): Promise<string> {
    const { domain, now } = this;
    const id = domain.newId();
    const event = {
      ...{ eventId: id, eventType: eventTypes.find((each) => each.type === type)!.event, version: '1.0' },
      ...{ source: 'stores-service', timestamp: now.toISOString(), data: { storeId, accepting: true } },
      metadata: { aggregateId: object, aggregateVersion: version, correlationId: id, causationId: id, actor: 'test' },
    };
    await handleIn(domain, onPartnerEvents, event as unknown as EventEnvelope, false);
    return id;
  }

  deliveries(endpointId: string) {
    return this.domain.db.webhookDelivery.findMany({ where: { endpointId }, orderBy: { position: 'asc' } });
  }

  async statesOf(endpointId: string): Promise<string[]> {
    return (await this.deliveries(endpointId)).map(({ state }) => state);
  }

  endpoint(id: string) {
    return this.domain.db.webhookEndpoint.findUniqueOrThrow({ where: { id } });
  }

  /** The versions of the object of each message that came to a path, in the order in which they came. */
  versionsOf(path: string): number[] {
    return this.received
      .filter((each) => each.path === `/${path}`)
      .map(({ body }) => (JSON.parse(body) as { objectVersion: number }).objectVersion);
  }
}
