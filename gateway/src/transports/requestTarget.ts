/**
 * The target of a request: its URL, whether the request line holds a path or, as for a proxy, a whole URL; and its
 * path, percent-decoded.
 */
export interface RequestTarget {
  readonly url: URL;
  readonly path: string;
}

/** Undefined if the target is not a URL, or its path cannot be decoded. */
export function requestTarget(target: string | undefined): RequestTarget | undefined {
  if (target === undefined || !URL.canParse(target, 'http://localhost')) return undefined;
  const url = new URL(target, 'http://localhost');
  try {
    return { url, path: decodeURIComponent(url.pathname) };
  } catch {
    return undefined;
  }
}
