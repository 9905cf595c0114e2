/** What a whole address begins with. More slashes or backslashes would be none to some readers and a host to others. */
const origin = /^https?:\/\/[^/\\?#]+(?=[/?#]|$)/i;

/**
 * The target of a request as a path with its query. Clients may write a whole address in its place, as they do for
 * proxies, and every server has to take it (RFC 9112, 3.2.2). The path stays as it was written, and so does what is no
 * address: a filter in front that reads what is written is not to see another path than its server.
 */
export function originForm(target = '/'): string {
  const written = target.replace(origin, '');
  return written.startsWith('/') || written === target ? written : `/${written}`;
}
