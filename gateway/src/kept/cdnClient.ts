import { jsonOverHttp } from '#platform/outward/jsonOverHttp.ts';
import { createOutward } from '#platform/outward/outward.ts';
import type { Metrics } from '#platform/telemetry/metrics.ts';
import { counterparts } from '#schema/counterparts.ts';
import type { Purge } from './cdnPurges.ts';

/**
 * Tells a CDN by POST what to let go. The tags are in the header that Fastly and Varnish read, and in the body that
 * Cloudflare reads.
 */
export function cdnClient(
  { url, headers }: { readonly url: string; readonly headers: Readonly<Record<string, string>> },
  metrics: Metrics | undefined,
): Purge {
  const cdn = { url, headers, outward: createOutward(counterparts.cdn, metrics) };
  return async (tags) => {
    const call = { method: 'POST', path: '', body: { tags }, idempotent: true } as const;
    const { status } = await jsonOverHttp(cdn, { ...call, headers: { 'surrogate-key': tags.join(' ') } });
    if (status >= 300) throw new Error(`it answered ${status}: see CDN_PURGE_URL and CDN_PURGE_HEADER`);
  };
}
