import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { Refusal } from '../../errors/refusal.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

type Decompress = (body: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>;
const codings: ReadonlyMap<string, Decompress> = new Map([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
]);
/** For `Accept-Encoding` of an answer that refuses another. */
export const requestCodings = 'gzip, deflate, br';

/**
 * The whole body as text, decompressed. Stops reading, and decompressing, at the limit.
 * @throws Refusal 413; 415 for a coding that is not read; 400 for what is not UTF-8, is not what its coding says, or
 *   is cut off
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  const coding = request.headers['content-encoding']?.trim().toLowerCase() || 'identity';
  const decompress = codings.get(coding);
  if (!decompress && coding !== 'identity')
    throw Refusal.of(415, 'BAD_REQUEST', `A body may be compressed with one of ${requestCodings}.`);
  const bytes = await collect(request, maxBytes);
  const body = decompress ? await expand(decompress, bytes, maxBytes) : bytes;
  try {
    return decoder.decode(body);
  } catch {
    throw Refusal.of(400, 'BAD_REQUEST', 'The body must be UTF-8.');
  }
}

const tooLong = (maxBytes: number): Refusal => Refusal.of(413, 'BAD_REQUEST', `A request may have ${maxBytes} bytes.`);

async function collect(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLong(maxBytes);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) throw tooLong(maxBytes);
      chunks.push(chunk);
    }
  } catch (error) {
    // Its client is gone, or was too slow: no fault of ours, and none to be logged or counted as one.
    throw error instanceof Refusal ? error : Refusal.of(400, 'BAD_REQUEST', 'The body did not come to its end.');
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

/** A few bytes can stand for gigabytes: what is over the limit is never made. */
async function expand(decompress: Decompress, bytes: Buffer, maxBytes: number): Promise<Buffer> {
  try {
    return await decompress(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLong(maxBytes);
    throw Refusal.of(400, 'BAD_REQUEST', 'The body is not compressed as its Content-Encoding says.');
  }
}
