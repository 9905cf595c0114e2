/**
 * The target of a request: its URL, whether the request line holds a path or, as for a proxy, a whole URL; and its
 * path, percent-decoded.
 */
export interface RequestTarget {
  readonly url: URL;
  readonly path: string;
}

/** Parts of a path that a URL leaves out when it is parsed: what stands there is not what would be found. */
const dotSegment = /[/\\](\.|%2e){1,2}([/\\?#]|$)/i;

/**
 * Undefined if the target is not a URL, its path cannot be decoded, or it has dots to climb by: a gateway in front that
 * lets one path through could otherwise be led to another.
 */
export function requestTarget(target: string | undefined): RequestTarget | undefined {
  if (target === undefined || !URL.canParse(target, 'http://localhost')) return undefined;
  if (dotSegment.test(target.split(/[?#]/, 1)[0]!)) return undefined;
  const url = new URL(target, 'http://localhost');
  try {
    return { url, path: decodeURIComponent(url.pathname) };
  } catch {
    return undefined;
  }
}
