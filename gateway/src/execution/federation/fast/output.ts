/**
 * Where requests and answers are written: each in one go, without waiting for anything, and copied out then. Strings
 * that are put together would cost more than what they say.
 */
export const output = of(Buffer.allocUnsafeSlow(256 * 1_024));

/** With a view of the same bytes, four of which are read at once. */
function of(bytes: Buffer): { bytes: Buffer; view: DataView } {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
}

const usual = output.bytes;
const keptAtMost = 4 * 2 ** 20;

/** Makes room for `more` bytes from `at` on. */
export function room(at: number, more: number): void {
  if (at + more <= output.bytes.length) return;
  const larger = Buffer.allocUnsafeSlow(2 * (at + more));
  output.bytes.copy(larger, 0, 0, at);
  Object.assign(output, of(larger));
}

/** Shorter pieces are copied by themselves: to call the system takes as long as that. */
const copiedByByte = 200;

/** Writes these bytes at `at`; returns where they end. */
export function copy(at: number, bytes: Buffer, start: number, end: number): number {
  const length = end - start;
  room(at, length);
  const to = output.bytes;
  if (length > copiedByByte) bytes.copy(to, at, start, end);
  else for (let index = 0; index < length; index += 1) to[at + index] = bytes[start + index]!;
  return at + length;
}

/** What is longer would be allocated by itself in any case. */
const pooledAtMost = 4_000;

/** What was written. */
export function taken(length: number): Buffer {
  const whole = length > pooledAtMost ? Buffer.allocUnsafeSlow(length) : Buffer.allocUnsafe(length);
  output.bytes.copy(whole, 0, 0, length);
  if (output.bytes.length > keptAtMost) Object.assign(output, of(usual));
  return whole;
}
