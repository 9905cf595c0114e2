import { Bell } from '#platform/events/bell.ts';
import type { Claimed } from './inbox.ts';

/**
 * Where one source's messages are worked off, one at a time. A message that comes while nothing is worked on is
 * claimed as it is received and handed over; otherwise the inbox is looked at, once somebody has rung.
 */
export class Desk {
  readonly #bell = new Bell();
  // A process that stopped may have left messages in the inbox.
  #looks = true;
  #idle = false;
  #reserved = false;
  #handed: Claimed | undefined;

  /** Says that there may be a message in the inbox. */
  ring(): void {
    this.#looks = true;
    this.#bell.ring();
  }

  /** Whether a message may be claimed for this desk. If so, `hand` has to be called, once. */
  reserve(): boolean {
    if (!this.#idle || this.#reserved) return false;
    this.#reserved = true;
    return true;
  }

  /** Hands over the message for which the desk was reserved; undefined if it was not claimed. */
  hand(claimed: Claimed | undefined): void {
    if (!claimed) {
      this.#reserved = false;
      return;
    }
    this.#handed = claimed;
    this.#bell.ring();
  }

  /**
   * Works messages off until the signal fires and what was handed over is done.
   * @param work works one message off
   * @param next claims the next message of the inbox
   */
  async run(
    signal: AbortSignal,
    work: (claimed: Claimed) => Promise<void>,
    next: () => Promise<Claimed | undefined>,
  ): Promise<void> {
    while (this.#handed || !signal.aborted) {
      const claimed = this.#take() ?? (this.#looks ? await this.#look(next) : undefined);
      if (claimed) await work(claimed);
      else if (!this.#looks) await this.#wait(signal);
    }
  }

  #take(): Claimed | undefined {
    const handed = this.#handed;
    if (handed) [this.#handed, this.#reserved] = [undefined, false];
    return handed;
  }

  async #look(next: () => Promise<Claimed | undefined>): Promise<Claimed | undefined> {
    this.#looks = false;
    const claimed = await next();
    // There may be more.
    if (claimed) this.#looks = true;
    return claimed;
  }

  async #wait(signal: AbortSignal): Promise<void> {
    this.#idle = true;
    await this.#bell.wait(2 ** 31 - 1, signal);
    this.#idle = false;
  }
}
