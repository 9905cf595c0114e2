import { createClient, type Client } from '@connectrpc/connect';
import type { Logger } from 'pino';
import { AccessQueryService } from '#generated/proto/drburger/customers/v1/access_pb.ts';
import { servicePrincipal } from '#platform/identity/principal.ts';
import { Revocations, longestTokenLifeMs, type Revocation } from '#platform/identity/revocations.ts';
import type { RpcNetwork } from '#platform/rpc/network.ts';
import { gatewayService } from '#schema/services.ts';
import { CustomerAccessRevoked } from '#schema/events/customers.ts';
import { StoreDeviceRevoked } from '#schema/events/stores.ts';
import type { EventTail } from '../streams/feeds/eventTail.ts';

export interface RevocationSources {
  /** The event bus, on which revocations are heard as they happen. */
  readonly bus: EventTail;
  /** The way to the customers domain, which is asked for earlier revocations. */
  readonly network: Pick<RpcNetwork, 'transportTo'>;
  readonly log: Logger;
  /** The service name under which it calls the domain; by default `gateway`. */
  readonly service?: string;
  /** How often the domain is asked again, in case an event was lost on the bus; by default 60 s. */
  readonly askEveryMs?: number;
  /**
   * Pause before the domain is asked again after a failed call. It doubles with each failure, up to `askEveryMs`; by
   * default 1 s.
   */
  readonly retryMs?: number;
}

/** The revocations that a process knows of, kept up to date until it is closed. All channels of a process share one. */
export interface FollowedRevocations {
  readonly revocations: Revocations;
  close(): Promise<void>;
}

/**
 * Each question reaches this much further back than the last one that was answered: that covers transactions which had
 * not committed then, and clocks that differ.
 */
const overlapMs = 5 * 60_000;

/**
 * Starts following. Resolves when new revocations are heard and all earlier ones are known. If the domain cannot be
 * asked, it resolves all the same: that is logged, the domain is asked again until it answers, and tokens that were
 * revoked earlier are let in until then; see docs/adr/0014-revocation.md.
 */
export async function followRevocations(sources: RevocationSources): Promise<FollowedRevocations> {
  const follower = new RevocationFollower(sources);
  await follower.begin();
  return follower;
}

class RevocationFollower implements FollowedRevocations {
  readonly revocations = new Revocations();
  readonly #sources: Required<RevocationSources>;
  readonly #domain: Client<typeof AccessQueryService>;
  #tail: { close(): Promise<void> } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #asking: Promise<void> = Promise.resolve();
  #closed = false;
  /**
   * When the last question that was answered was sent. Before the first: the furthest back that any valid token can
   * have been issued.
   */
  #askedAt = Date.now() - longestTokenLifeMs;
  #failures = 0;

  constructor(sources: RevocationSources) {
    this.#sources = { askEveryMs: 60_000, retryMs: 1_000, service: gatewayService, ...sources };
    this.#domain = createClient(
      AccessQueryService,
      sources.network.transportTo(CustomerAccessRevoked.domain, servicePrincipal(this.#sources.service)),
    );
  }

  /** Starts to listen before it asks, so that a revocation in between is told by both and not by neither. */
  async begin(): Promise<void> {
    const topics = [CustomerAccessRevoked.topic, StoreDeviceRevoked.topic];
    this.#tail = await this.#sources.bus.tail(topics, ({ value }) => this.#hear(value));
    await this.#ask();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await Promise.all([this.#tail?.close(), this.#asking]);
  }

  #hear(event: unknown): void {
    if (typeof event !== 'object' || event === null || !('eventType' in event) || !('data' in event)) return;
    if (event.eventType === CustomerAccessRevoked.name) {
      const { subject, before } = CustomerAccessRevoked.schema.parse(event.data);
      this.revocations.add({ subject, before: new Date(before) });
    }
    // The domain of the stores need not be asked for earlier ones: the tokens of devices end within minutes, and the
    // device gets no other.
    if (event.eventType === StoreDeviceRevoked.name) {
      const { deviceId, at } = StoreDeviceRevoked.schema.parse(event.data);
      this.revocations.add({ subject: deviceId, before: new Date(at) });
    }
  }

  /** Never rejects. */
  #ask(): Promise<void> {
    this.#asking = this.#catchUp().then(
      () => this.#succeed(),
      (error: unknown) => this.#fail(error),
    );
    return this.#asking;
  }

  async #catchUp(): Promise<void> {
    const askedAt = Date.now();
    let after: Revocation = { subject: '', before: new Date(this.#askedAt - overlapMs) };
    for (;;) {
      const { revocations } = await this.#domain.listRevocations({
        after: after.before.toISOString(),
        afterSubject: after.subject,
      });
      const last = revocations.at(-1);
      if (!last) break;
      this.revocations.add(...revocations.map(({ subject, before }) => ({ subject, before: new Date(before) })));
      after = { subject: last.subject, before: new Date(last.before) };
    }
    this.#askedAt = askedAt;
  }

  #succeed(): void {
    if (this.#failures > 0) this.#sources.log.info('the customers domain answers again: all revocations are known');
    this.#failures = 0;
    this.#askAgainIn(this.#sources.askEveryMs);
  }

  #fail(error: unknown): void {
    const { log, retryMs, askEveryMs } = this.#sources;
    if (this.#failures === 0)
      log.warn(
        { err: error, since: new Date(this.#askedAt) },
        'the customers domain cannot be asked for revocations; tokens revoked since then may be let in',
      );
    this.#askAgainIn(Math.min(retryMs * 2 ** Math.min(this.#failures, 16), askEveryMs));
    this.#failures += 1;
  }

  #askAgainIn(ms: number): void {
    if (!this.#closed) this.#timer = setTimeout(() => void this.#ask(), ms).unref();
  }
}
