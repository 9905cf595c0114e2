/**
 * Where a request goes: its address, whether the client sent a path or, as to a proxy, the whole; and the path with
 * percent signs undone.
 */
export interface RequestTarget {
  readonly url: URL;
  readonly path: string;
}

/** Undefined for what is no address, or has a path that is no text. */
export function requestTarget(target: string | undefined): RequestTarget | undefined {
  if (target === undefined || !URL.canParse(target, 'http://localhost')) return undefined;
  const url = new URL(target, 'http://localhost');
  try {
    return { url, path: decodeURIComponent(url.pathname) };
  } catch {
    return undefined;
  }
}
