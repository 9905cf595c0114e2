import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { Refusal } from '../../errors/refusal.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

type Decompress = (body: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>;
/** By `Content-Encoding`. */
const codings: ReadonlyMap<string, Decompress> = new Map([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
]);
/** The value of `Accept-Encoding` in the response to a body with another coding. */
export const requestCodings = 'gzip, deflate, br';

/**
 * Reads the whole body as text, and decompresses it. Stops reading, and decompressing, at the limit of `maxBytes`.
 * @throws Refusal 413 for a body that is too long; 415 for an unknown content coding; 400 for a body that is not UTF-8,
 * is not compressed as its header says, or was cut off
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  const coding = request.headers['content-encoding'];
  decompressorOf(coding);
  return decodeBody(await readBytes(request, maxBytes), coding, maxBytes);
}

/** What undoes a content coding; undefined for none. @throws Refusal 415 for one that is not known */
function decompressorOf(header: string | undefined): Decompress | undefined {
  const coding = header?.trim().toLowerCase() || 'identity';
  const decompress = codings.get(coding);
  if (!decompress && coding !== 'identity')
    throw Refusal.of(415, 'BAD_REQUEST', `A body may be compressed with one of these only: ${requestCodings}.`);
  return decompress;
}

/** The text of a body that was read, by the value of its `Content-Encoding`. @throws Refusal as `readBody` does */
export async function decodeBody(bytes: Buffer, coding: string | undefined, maxBytes: number): Promise<string> {
  const decompress = decompressorOf(coding);
  const body = decompress ? await expand(decompress, bytes, maxBytes) : bytes;
  try {
    return decoder.decode(body);
  } catch {
    throw Refusal.of(400, 'BAD_REQUEST', 'The body must be UTF-8.');
  }
}

const tooLong = (maxBytes: number): Refusal =>
  Refusal.of(413, 'BAD_REQUEST', `A request may have at most ${maxBytes} bytes.`);

/** Reads the bytes of a body as they were sent. @throws Refusal 413, or 400 for a body that was cut off */
export async function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? Number.NaN);
  if (announced > maxBytes) throw tooLong(maxBytes);
  // It cannot become longer than it says.
  if (announced >= 0) return readAnnounced(request);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) throw tooLong(maxBytes);
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof Refusal ? error : cutOff();
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

const cutOff = (): Refusal => Refusal.of(400, 'BAD_REQUEST', 'The body was cut off.');

/** Without the iterator of a stream, which costs a short request as much as all of its parsing. */
function readAnnounced(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // The client has gone or was too slow. That is not our error, so it is not logged or counted as one.
    if (request.destroyed) return reject(cutOff());
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    const closed = () => reject(cutOff());
    request.once('end', () => {
      // Each request is closed in the end, and to make an error of it costs as much as to read it.
      request.off('close', closed);
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
    });
    request.once('error', closed);
    request.once('close', closed);
  });
}

/** A few compressed bytes can expand to gigabytes, so decompression stops at the limit. */
async function expand(decompress: Decompress, bytes: Buffer, maxBytes: number): Promise<Buffer> {
  try {
    return await decompress(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLong(maxBytes);
    throw Refusal.of(400, 'BAD_REQUEST', 'The body is not compressed as its Content-Encoding says.');
  }
}
