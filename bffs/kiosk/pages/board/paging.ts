/** What stands on one page of a list, when only so many fit: pages come round. `page` counts on and on. */
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
