import type { Logger } from 'pino';

const quietMs = 60_000;

/**
 * Tells operators why tokens are refused: clients do not hear it, and an identity provider that is set up for another
 * audience looks to them like a token that is over. The first refusal is told at once, then one in a minute with how
 * many there were, so that nobody can fill the log with bad tokens.
 */
export class RefusedTokens {
  readonly #log: Pick<Logger, 'info'>;
  readonly #clock: () => number;
  #refused = 0;
  #quietUntil = Number.NEGATIVE_INFINITY;

  constructor(log: Pick<Logger, 'info'>, clock: () => number = () => performance.now()) {
    this.#log = log;
    this.#clock = clock;
  }

  tell(reason: string): void {
    this.#refused += 1;
    const now = this.#clock();
    if (now < this.#quietUntil) return;
    this.#log.info({ reason, refused: this.#refused }, 'clients’ tokens are refused');
    this.#refused = 0;
    this.#quietUntil = now + quietMs;
  }
}
