import type { IncomingMessage } from 'node:http';
import { Refusal } from '../../errors/refusal.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** The whole body as text. Stops reading at the limit. @throws Refusal 413, or 400 for what is not UTF-8, or is cut off */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  const tooLong = () => Refusal.of(413, 'BAD_REQUEST', `A request may have ${maxBytes} bytes.`);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLong();
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) throw tooLong();
      chunks.push(chunk);
    }
  } catch (error) {
    // Its client is gone, or was too slow: no fault of ours, and none to be logged or counted as one.
    throw error instanceof Refusal ? error : Refusal.of(400, 'BAD_REQUEST', 'The body did not come to its end.');
  }
  try {
    return decoder.decode(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
  } catch {
    throw Refusal.of(400, 'BAD_REQUEST', 'The body must be UTF-8.');
  }
}
