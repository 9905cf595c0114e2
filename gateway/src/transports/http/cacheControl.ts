import type { Principal } from '#platform/identity/principal.ts';
import type { CachePolicy } from '../../channelManifest.ts';

/**
 * The value of `Vary`: the request headers that an answer depends on. Where other origins may call, `Origin` is added.
 */
export const varyBy = 'Authorization, Accept, Accept-Encoding';

/**
 * The value of `Cache-Control` for an answer. Only the answer to a trusted query that was fetched by GET, and that the
 * channel's policy names, may be cached; by shared caches only if the request had no token.
 */
export function cacheControl(
  policy: CachePolicy | undefined,
  answer: {
    readonly byGet: boolean;
    readonly trusted?: string;
    readonly failed: boolean;
    readonly principal: Principal;
  },
): string {
  const rule = answer.trusted === undefined ? undefined : policy?.operations[answer.trusted];
  if (!answer.byGet || answer.failed || !rule) return 'no-store';
  const scope = answer.principal.kind === 'anonymous' ? 'public' : 'private';
  const stale =
    rule.staleWhileRevalidateSeconds === undefined
      ? ''
      : `, stale-while-revalidate=${rule.staleWhileRevalidateSeconds}`;
  return `${scope}, max-age=${rule.maxAgeSeconds}${stale}`;
}

/** The weak comparison of RFC 9110, 8.8.3.2. */
export function matches(header: string | undefined, tag: string): boolean {
  const opaque = (each: string) => each.trim().replace(/^W\//, '');
  return (header ?? '').split(',').some((each) => each.trim() === '*' || opaque(each) === opaque(tag));
}
