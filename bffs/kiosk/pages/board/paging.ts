/**
 * Returns the entries of one page of a list of which only some fit on the screen. `page` may be any number: after the
 * last page comes the first.
 */
export function pageOf<T>(
  items: readonly T[],
  capacity: number,
  page: number,
): { readonly shown: readonly T[]; readonly number: number; readonly count: number } {
  const fits = Math.max(1, Math.floor(capacity));
  const count = Math.max(1, Math.ceil(items.length / fits));
  const at = page % count;
  return { shown: items.slice(at * fits, (at + 1) * fits), number: at + 1, count };
}
