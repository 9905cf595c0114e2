/**
 * Another transaction appended to the stream first. Roll back this one, load the stream again and decide again.
 */
export class ConcurrencyError extends Error {
  override readonly name = 'ConcurrencyError';
}
