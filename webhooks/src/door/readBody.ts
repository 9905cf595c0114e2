import type { IncomingMessage } from 'node:http';

/** Why a body is refused. */
export type BodyProblem = 'tooLarge' | 'tooSlow' | 'notText';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a body as it was sent. It stops at the first byte too many, and when the time is over. What is not UTF-8 is
 * refused: decoded, other bytes would have the same signature.
 */
export async function readBody(
  request: IncomingMessage,
  { bytes, milliseconds }: { readonly bytes: number; readonly milliseconds: number },
): Promise<{ readonly text: string } | { readonly problem: BodyProblem }> {
  if (Number(request.headers['content-length'] ?? 0) > bytes) return { problem: 'tooLarge' };
  let late = false;
  const end = setTimeout(() => {
    late = true;
    request.destroy();
  }, milliseconds);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > bytes) return { problem: 'tooLarge' };
      chunks.push(chunk);
    }
    return { text: utf8.decode(Buffer.concat(chunks)) };
  } catch (error) {
    if (late) return { problem: 'tooSlow' };
    if (error instanceof TypeError) return { problem: 'notText' };
    throw error;
  } finally {
    clearTimeout(end);
  }
}
