import { RestError } from './restError.ts';
import type { Route } from './route.ts';

/** The headers `Deprecation` (RFC 9745) and `Sunset` (RFC 8594), and the link to what takes a route's place. */
export function lifecycleHeaders({ lifecycle }: Route): { readonly headers: Record<string, string>; link: string[] } {
  if (!lifecycle) return { headers: {}, link: [] };
  const { deprecated, sunset, successor } = lifecycle;
  return {
    headers: { deprecation: `@${deprecated.getTime() / 1_000}`, sunset: sunset.toUTCString() },
    link: [`<${successor}>; rel="successor-version"`],
  };
}

/** @throws RestError 410 if the route has ended */
export function checkSunset({ lifecycle, path }: Route, now: number): void {
  if (!lifecycle || now < lifecycle.sunset.getTime()) return;
  const { sunset, successor } = lifecycle;
  throw new RestError(410, 'ROUTE_RETIRED', `${path} ended on ${sunset.toISOString().slice(0, 10)}.`, [
    { field: 'successor', message: successor },
  ]);
}
