import { createClient, type Client } from '@connectrpc/connect';
import type { Logger } from 'pino';
import { AccessQueryService } from '#generated/proto/drburger/customers/v1/access_pb.ts';
import { servicePrincipal } from '#platform/identity/principal.ts';
import { Revocations, longestTokenLifeMs, type Revocation } from '#platform/identity/revocations.ts';
import type { RpcNetwork } from '#platform/rpc/network.ts';
import { gatewayService } from '#schema/services.ts';
import { CustomerAccessRevoked } from '#schema/events/customers.ts';
import type { EventTail } from '../streams/feeds/eventTail.ts';

export interface RevocationSources {
  /** Says at once what is revoked from now on. */
  readonly bus: EventTail;
  /** The way to the domain that remembers what was revoked before. */
  readonly network: Pick<RpcNetwork, 'transportTo'>;
  readonly log: Logger;
  /** Under which name it asks; `gateway`. */
  readonly service?: string;
  /** How often the domain is asked again, in case the bus lost something; 60 s. */
  readonly askEveryMs?: number;
  /** The first pause after a question that was not answered; it doubles up to `askEveryMs`; 1 s. */
  readonly retryMs?: number;
}

/** What a process knows of revoked access, until it is closed. One for all of its channels. */
export interface FollowedRevocations {
  readonly revocations: Revocations;
  close(): Promise<void>;
}

/** Transactions that were not over when the domain was last asked, and clocks that differ. */
const overlapMs = 5 * 60_000;

/**
 * Resolves when what is revoked from now on is heard, and what was revoked before is known; or when the domain could
 * not be asked: that is said in the log, and it is asked again until it answers. Meanwhile whoever was revoked before
 * is let in: see docs/adr/0014-revocation.md.
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
  /** When it was asked the last time that it answered. */
  #askedAt = Date.now() - longestTokenLifeMs;
  #failures = 0;

  constructor(sources: RevocationSources) {
    this.#sources = { askEveryMs: 60_000, retryMs: 1_000, service: gatewayService, ...sources };
    this.#domain = createClient(
      AccessQueryService,
      sources.network.transportTo(CustomerAccessRevoked.domain, servicePrincipal(this.#sources.service)),
    );
  }

  /** The tail first: what is revoked between the two is told by both. */
  async begin(): Promise<void> {
    this.#tail = await this.#sources.bus.tail([CustomerAccessRevoked.topic], ({ value }) => this.#hear(value));
    await this.#ask();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await Promise.all([this.#tail?.close(), this.#asking]);
  }

  #hear(event: unknown): void {
    if (
      typeof event !== 'object' ||
      event === null ||
      !('eventType' in event) ||
      event.eventType !== CustomerAccessRevoked.name ||
      !('data' in event)
    )
      return;
    const { subject, before } = CustomerAccessRevoked.schema.parse(event.data);
    this.revocations.add({ subject, before: new Date(before) });
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
    if (this.#failures > 0) this.#sources.log.info('revoked access is known again');
    this.#failures = 0;
    this.#askAgainIn(this.#sources.askEveryMs);
  }

  #fail(error: unknown): void {
    const { log, retryMs, askEveryMs } = this.#sources;
    if (this.#failures === 0)
      log.warn(
        { err: error, since: new Date(this.#askedAt) },
        'what access was revoked cannot be asked; tokens revoked since may be let in',
      );
    this.#askAgainIn(Math.min(retryMs * 2 ** Math.min(this.#failures, 16), askEveryMs));
    this.#failures += 1;
  }

  #askAgainIn(ms: number): void {
    if (!this.#closed) this.#timer = setTimeout(() => void this.#ask(), ms).unref();
  }
}
