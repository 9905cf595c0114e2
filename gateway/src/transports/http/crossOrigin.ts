import type { IncomingMessage, ServerResponse } from 'node:http';
import cors from 'cors';

/**
 * Which web apps of other origins may call, by their exact origins; none where none is named. Tokens are sent by apps
 * themselves, never added by browsers, so credentials are not allowed. What an app may read of a refused request is the
 * same as of any other.
 */
export class CrossOrigin {
  readonly #origins: ReadonlySet<string>;
  readonly #answer: ReturnType<typeof cors>;

  constructor(origins: readonly string[] = []) {
    this.#origins = new Set(origins);
    this.#answer = cors({
      // Given as a list, the library says that answers vary by origin also to those who are not on it.
      origin: [...origins],
      methods: ['GET', 'HEAD', 'POST'],
      exposedHeaders: ['traceparent', 'retry-after'],
      maxAge: 600,
    });
  }

  /** Adds what a browser asks for to an answer; calls `next` unless this was a preflight, which is answered here. */
  handle(request: IncomingMessage, response: ServerResponse, next: () => Promise<void> | void): Promise<void> | void {
    if (this.#origins.size === 0) return next();
    let result: Promise<void> | void = undefined;
    this.#answer(request, response, () => {
      result = next();
    });
    return result;
  }

  /**
   * Whether a WebSocket may be opened: browsers ask nobody before, and say where the page is from. Others send no
   * origin.
   */
  admits({ headers: { origin, host } }: IncomingMessage): boolean {
    if (this.#origins.size === 0 || origin === undefined) return true;
    return this.#origins.has(origin) || (URL.canParse(origin) && new URL(origin).host === host);
  }
}
