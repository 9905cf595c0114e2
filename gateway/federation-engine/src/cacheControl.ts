/** What Apollo Server calls the policy of a whole answer, as far as it is needed here. */
interface CachePolicy {
  restrict(hint: { maxAge?: number; scope?: 'PUBLIC' | 'PRIVATE' }): void;
}

const isPolicy = (value: unknown): value is CachePolicy =>
  typeof value === 'object' && value !== null && 'restrict' in value;

/** The whole answer may be kept no longer than each part of it; a part that does not say may not be kept. */
export function restrictBy(header: string | null | undefined, policy: unknown): void {
  if (!isPolicy(policy)) return;
  const directives = (header ?? '')
    .toLowerCase()
    .split(',')
    .map((each) => each.trim());
  const maxAge = directives.map((each) => /^max-age=(\d+)$/.exec(each)?.[1]).find((each) => each !== undefined);
  const mayBeKept = !directives.includes('no-store') && !directives.includes('no-cache');
  policy.restrict({
    maxAge: mayBeKept ? Number(maxAge ?? 0) : 0,
    ...(directives.includes('private') ? { scope: 'PRIVATE' as const } : {}),
    ...(directives.includes('public') ? { scope: 'PUBLIC' as const } : {}),
  });
}
