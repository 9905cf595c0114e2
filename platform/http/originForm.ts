/**
 * The target of a request as a path with its query. Clients may write a whole address in its place, as they do for
 * proxies, and every server has to take it (RFC 9112, 3.2.2). What is no address is left as it is.
 */
export function originForm(target = '/'): string {
  if (!/^https?:\/\//i.test(target) || !URL.canParse(target)) return target;
  const { pathname, search } = new URL(target);
  return pathname + search;
}
