import { originForm } from '#platform/http/originForm.ts';

/**
 * The target of a request: its URL, whether the request line holds a path or, as for a proxy, a whole URL; and its
 * path.
 */
export interface RequestTarget {
  readonly url: URL;
  readonly path: string;
}

/** Characters that mean the same whether they are written in percent or not (RFC 3986, 2.3). */
const unreserved = /%(?:2[de]|3\d|[46][1-9a-f]|[57][\da]|5f|7e)/gi;

/**
 * Undefined if the target is no path, or its path would be another one once it is parsed: by dots, backslashes or a
 * host of its own (`//host/graphql`). A filter in front that reads paths as they are written could otherwise be passed.
 * `/%67raphql` is `/graphql` to every reader (RFC 9110, 4.2.3), and what is reserved, such as `%2F`, stays as it is.
 */
export function requestTarget(target: string | undefined): RequestTarget | undefined {
  if (target === undefined) return undefined;
  const known = plainTargets.get(target);
  if (known) return known;
  const found = targetOf(target);
  // Nobody changes a URL that was asked for.
  if (found && plainTargets.size < 100 && /^\/[\w/-]{0,50}$/.test(target)) plainTargets.set(target, found);
  return found;
}

/** Those that clients ask for again and again, such as `/graphql`. */
const plainTargets = new Map<string, RequestTarget>();

function targetOf(target: string): RequestTarget | undefined {
  if (!URL.canParse(target, 'http://localhost')) return undefined;
  const url = new URL(target, 'http://localhost');
  const path = originForm(target).split(/[?#]/, 1)[0];
  return path === url.pathname ? { url, path: path.replace(unreserved, decodeURIComponent) } : undefined;
}
