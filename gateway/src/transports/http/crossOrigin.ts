import type { IncomingMessage, ServerResponse } from 'node:http';
import cors from 'cors';
import { StartupError } from '#platform/config/startupError.ts';

/**
 * Whether a text is an origin as browsers write it in the header `Origin`, to which it is compared. What they would
 * write otherwise, such as a port that is the usual one, would never match.
 */
export const isOrigin = (text: string): boolean =>
  URL.canParse(text) && new URL(text).origin === text && /^https?:/.test(text) && !text.includes('*');

/** Why a text is none, in words that follow it in quotes. */
export const noOrigin =
  'is no origin as browsers send it, such as https://www.example.com: scheme, host and a port that is not the usual one; no path, no slash at the end, no wildcard';

/**
 * CORS: which web apps of other origins may call this channel, by their exact origins. Apps send their tokens
 * themselves, so browsers are never allowed to add credentials (cookies).
 */
export class CrossOrigin {
  readonly #origins: ReadonlySet<string>;
  readonly #answer: ReturnType<typeof cors>;

  /**
   * `channel` is whose origins they are; with `rest` its methods may be used, too.
   * @throws StartupError for an origin that no browser would send
   */
  constructor(channel: string, origins: readonly string[] = [], rest = false) {
    const wrong = origins.find((each) => !isOrigin(each));
    if (wrong !== undefined) throw new StartupError(`origins of the channel ${channel}: "${wrong}" ${noOrigin}.`);
    this.#origins = new Set(origins);
    this.#answer = cors({
      // Given as a list, the library sends `Vary: Origin` also in responses to origins that are not in it.
      origin: [...origins],
      methods: ['GET', 'HEAD', 'POST', ...(rest ? ['PUT', 'PATCH', 'DELETE'] : [])],
      exposedHeaders: [
        ...['traceparent', 'retry-after', 'ratelimit', 'ratelimit-policy', 'deprecation', 'sunset'],
        ...(rest ? ['etag', 'link', 'location', 'incomplete'] : []),
      ],
      maxAge: 600,
    });
  }

  /** Adds the CORS headers to the response. Answers a preflight request itself, and calls `next` for any other. */
  handle(request: IncomingMessage, response: ServerResponse, next: () => Promise<void> | void): Promise<void> | void {
    // OPTIONS that is no preflight is a question about the address itself.
    const isQuestion = request.method === 'OPTIONS' && !request.headers['access-control-request-method'];
    if (this.#origins.size === 0 || isQuestion) return next();
    let result: Promise<void> | void = undefined;
    this.#answer(request, response, () => {
      result = next();
    });
    return result;
  }

  /**
   * Whether a WebSocket may be opened. Browsers send no preflight for it, but the origin of their page; clients that
   * are not browsers send none.
   */
  admits({ headers: { origin, host } }: IncomingMessage): boolean {
    if (this.#origins.size === 0 || origin === undefined) return true;
    return this.#origins.has(origin) || (URL.canParse(origin) && new URL(origin).host === host);
  }
}
