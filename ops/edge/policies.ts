import { defaultRatePolicy, type ChannelManifest } from '#gateway/channelManifest.ts';
import { defaultLimits } from '#gateway/documents/limits.ts';
import { channels } from '#schema/channels.ts';

/**
 * How a caller says who it is. `anonymous`: not at all. `token`: a bearer token of the identity provider. `key` and
 * `signature`: the program of a partner. `device`: a screen that a manager enrolled.
 */
export type Way = 'anonymous' | 'token' | 'key' | 'signature' | 'device';

/** What holds for the requests to one channel, wherever it is applied: in a gateway in front, or by the runtime. */
export interface EdgePolicy {
  readonly channel: string;
  /** Offset to `PORT_BASE`. */
  readonly port: number;
  /** The paths that lead to it, each with all that is below. */
  readonly paths: readonly string[];
  readonly methods: readonly string[];
  readonly ways: readonly Way[];
  readonly roles: readonly string[];
  /** Of one caller, in one process of the runtime. */
  readonly requestsPerMinute: number;
  readonly bodyBytes: number;
  /** Whether web apps of other origins may call it; which, the setting `<CHANNEL>_ORIGINS` says. */
  readonly crossOrigin: boolean;
}

/** Headers by which some backends let themselves be told who calls. Nobody may send them; the runtime ignores them. */
export const spoofed = ['x-user-id', 'x-user-roles', 'x-consumer-id', 'x-consumer-username', 'x-authenticated-scope'];

/** Headers of every answer. */
export const answerHeaders: Readonly<Record<string, string>> = { 'x-content-type-options': 'nosniff' };

/** How many of 100 requests go to a release that is tried out, at `<channel>-canary`; 0 while there is none. */
export const canaryWeight = 0;

/** Headers that are not written into an access log: who reads it must not be able to call with them. */
export const unlogged = ['authorization', 'cookie', 'signature'];

const manifestOf = async (channel: string): Promise<ChannelManifest> =>
  ((await import(`../../bffs/${channel}/channel.ts`)) as { default: ChannelManifest }).default;

/** The policies of all channels. What a channel's manifest says is said there alone. */
export const edgePolicies = (): Promise<readonly EdgePolicy[]> =>
  Promise.all(
    channels.map(async ({ name, port }) => {
      const { auth, rates = defaultRatePolicy, limits, routes, pages = [], images, mcp } = await manifestOf(name);
      return {
        channel: name,
        port,
        paths: [
          ...(routes ? ['/v1', '/v2'] : []),
          ...['/graphql', '/health'],
          ...pages.map((page) => `/${page}`),
          ...(auth.devices ? ['/device'] : []),
          ...(mcp ? ['/mcp'] : []),
          ...(images ? ['/images'] : []),
        ],
        methods: routes
          ? ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
          : ['GET', 'HEAD', 'POST', 'OPTIONS'],
        ways: [
          ...(auth.anonymous ? (['anonymous'] as const) : []),
          'token',
          ...(auth.apps ? (['key', 'signature'] as const) : []),
          ...(auth.devices ? (['device'] as const) : []),
        ],
        roles: auth.roles,
        requestsPerMinute: rates.requestsPerMinute,
        bodyBytes: limits?.bodyBytes ?? defaultLimits.bodyBytes,
        crossOrigin: true,
      };
    }),
  );
