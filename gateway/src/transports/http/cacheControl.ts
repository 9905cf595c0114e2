import type { Principal } from '#platform/identity/principal.ts';
import type { CachePolicy } from '../../channelManifest.ts';

/** What an answer depends on besides its address; of another origin's, on the origin too. */
export const varyBy = 'Authorization, Accept, Accept-Encoding';

/**
 * `Cache-Control` of an answer. Only a query fetched by GET, of a trusted document that the channel's policy names, may
 * be kept; shared only if nobody asked.
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
