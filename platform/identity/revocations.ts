/**
 * An access token ends this long after it was issued, whatever it says itself: so long, and no longer, is a revocation
 * kept.
 */
export const longestTokenLifeMs = 24 * 3_600_000;

/** Clocks differ a little: those of who issues tokens, of who revokes, and of who checks. */
const slackMs = 60_000;

/** Tokens of a subject that are good no more, although they have not ended. */
export interface Revocation {
  readonly subject: string;
  /**
   * Those issued up to this instant. Issuers tell whole seconds: a token of the second in which access was revoked
   * counts as issued before.
   */
  readonly before: Date;
}

/**
 * The revocations that this process has heard of, for its whole life. In memory, one entry a subject: as many as were
 * revoked within the life of a token.
 */
export class Revocations {
  readonly #clock: () => Date;
  readonly #before = new Map<string, number>();
  readonly #listeners = new Set<() => void>();
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor(clock: () => Date = () => new Date()) {
    this.#clock = clock;
  }

  /**
   * Holds from now on. One that is known, or older than what is known of its subject, changes nothing. Listeners have
   * heard when it returns.
   */
  add(...revocations: readonly Revocation[]): void {
    const now = this.#clock().getTime();
    this.#forget(now);
    const news = revocations.filter(
      ({ subject, before }) =>
        before.getTime() > Math.max(this.#before.get(subject) ?? 0, now - longestTokenLifeMs - slackMs),
    );
    for (const { subject, before } of news)
      this.#before.set(subject, Math.max(before.getTime(), this.#before.get(subject) ?? 0));
    if (news.length > 0) for (const heard of this.#listeners) heard();
  }

  isRevoked(subject: string, issuedAt: Date): boolean {
    const before = this.#before.get(subject);
    return before !== undefined && issuedAt.getTime() <= before;
  }

  /** Tells whenever there is a new one. @returns how to stop that */
  onRevoked(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  get size(): number {
    return this.#before.size;
  }

  /** Now and then: no token that is older can be good. */
  #forget(now: number): void {
    if (now - this.#sweptAt < slackMs) return;
    this.#sweptAt = now;
    for (const [subject, before] of this.#before)
      if (before <= now - longestTokenLifeMs - slackMs) this.#before.delete(subject);
  }
}
