/**
 * An access token is valid for this long after it was issued at most, whatever expiry it claims. So a revocation has to
 * be kept for no longer than this.
 */
export const longestTokenLifeMs = 24 * 3_600_000;

/** Allows for differences between the clocks of the token issuer, of the revoking service, and of this process. */
const slackMs = 60_000;

/** Revokes tokens of a subject that have not expired yet. */
export interface Revocation {
  readonly subject: string;
  /**
   * All tokens issued up to this instant are revoked. Issuers give whole seconds, so a token of the same second counts
   * as issued before.
   */
  readonly before: Date;
}

/**
 * The subject whose revocation ends what one person does in another's name, and nothing else of either. No provider has
 * such a subject. Of one that is too long the end is left out: more ends then, and never less.
 */
export const actingSubject = (actor: string, subject: string): string => `acting:${actor}:for:${subject}`.slice(0, 255);

/**
 * The revocations that this process knows of, in memory. There is one entry per subject, and only subjects revoked
 * within the longest life of a token are kept.
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
   * Adds revocations, in effect at once; listeners have been called when it returns. A revocation that is known, or
   * older than the known one of its subject, changes nothing.
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

  /**
   * Calls the listener whenever there is a new revocation.
   * @returns how to stop listening
   */
  onRevoked(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  get size(): number {
    return this.#before.size;
  }

  /** Drops revocations that are older than any valid token; does so once in a while, not at every call. */
  #forget(now: number): void {
    if (now - this.#sweptAt < slackMs) return;
    this.#sweptAt = now;
    for (const [subject, before] of this.#before)
      if (before <= now - longestTokenLifeMs - slackMs) this.#before.delete(subject);
  }
}
