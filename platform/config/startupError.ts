/**
 * The process cannot start, for a reason that the person who starts it can remove. The message is one line and says
 * what to do; no stack is shown.
 */
export class StartupError extends Error {
  override readonly name: string = 'StartupError';
}

/** What the process rests on (PostgreSQL, Kafka) is not there or refuses us. That may pass: see `patience`. */
export class NotAvailableAtStart extends StartupError {
  override readonly name = 'NotAvailableAtStart';
}
