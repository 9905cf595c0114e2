import { originForm } from '#platform/http/originForm.ts';

/**
 * The target of a request: its URL, whether the request line holds a path or, as for a proxy, a whole URL; and its
 * path.
 */
export interface RequestTarget {
  readonly url: URL;
  readonly path: string;
}

/**
 * Undefined if the target is no path, or its path would be another one once it is parsed or decoded: by dots,
 * backslashes, a host of its own (`//host/graphql`) or characters written in percent (`/%67raphql`). A filter in front
 * that reads paths as they are written could otherwise be passed. No path that is served here needs any of these.
 */
export function requestTarget(target: string | undefined): RequestTarget | undefined {
  if (target === undefined || !URL.canParse(target, 'http://localhost')) return undefined;
  const url = new URL(target, 'http://localhost');
  const path = originForm(target).split(/[?#]/, 1)[0];
  return path === url.pathname && !path.includes('%') ? { url, path } : undefined;
}
