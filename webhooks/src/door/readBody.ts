import type { IncomingMessage } from 'node:http';

/** Why a body is refused; `displaced`: another one was given its place. */
export type BodyProblem = 'tooLarge' | 'tooSlow' | 'notText' | 'displaced';

export type ReadBody = { readonly text: string } | { readonly problem: BodyProblem };

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export interface BodyLimits {
  readonly bytes: number;
  readonly milliseconds: number;
  /** Ends the reading before the body is complete. */
  readonly displaced: AbortSignal;
}

/**
 * Reads a body as it was sent. It stops at the first byte too many, when the time is over, and when it is displaced;
 * the request can be answered then, too. What is not UTF-8 is refused: decoded, other bytes would have the same
 * signature. It rejects if the connection is closed.
 */
export function readBody(request: IncomingMessage, limits: BodyLimits): Promise<ReadBody> {
  const { bytes, milliseconds, displaced } = limits;
  if (Number(request.headers['content-length'] ?? 0) > bytes) return Promise.resolve({ problem: 'tooLarge' });
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const endWith = (settle: () => void) => (): void => {
      clearTimeout(late);
      displaced.removeEventListener('abort', onDisplaced);
      request.off('data', onData).off('end', onEnd).off('close', onClose).pause();
      settle();
    };
    const refuse = (problem: BodyProblem) => endWith(() => resolve({ problem }));
    const [onDisplaced, onLarge] = [refuse('displaced'), refuse('tooLarge')];
    const onEnd = endWith(() => resolve(decoded(Buffer.concat(chunks))));
    const onClose = endWith(() => reject(new Error('the connection was closed before the body had come')));
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > bytes) onLarge();
    };
    const late = setTimeout(refuse('tooSlow'), milliseconds);
    displaced.addEventListener('abort', onDisplaced);
    request.on('error', () => undefined);
    request.on('data', onData).on('end', onEnd).on('close', onClose);
  });
}

function decoded(bytes: Buffer): ReadBody {
  try {
    return { text: utf8.decode(bytes) };
  } catch {
    return { problem: 'notText' };
  }
}
