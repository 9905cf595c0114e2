/** Somebody else appended to the stream first. Load it again, decide again; nothing of the transaction may be kept. */
export class ConcurrencyError extends Error {
  override readonly name = 'ConcurrencyError';
}
