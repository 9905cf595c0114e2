import { answerHeaders, canaryWeight, spoofed, unlogged, type EdgePolicy } from './policies.ts';

/** Rates at the edge are of an address, behind which there may be many callers: the runtime counts each caller. */
const callersBehindOneAddress = 20;

/**
 * Kong's declarative configuration (3.x, DB-less) for these policies. A channel is reached by a host name of its own,
 * such as `kiosk.example.com`. Who calls is found out by the runtime alone: Kong neither checks tokens nor keys.
 */
export const kongOf = (policies: readonly EdgePolicy[], domain: string) => ({
  _format_version: '3.0',
  _transform: true,
  upstreams: policies.map(({ channel, port }) => ({
    name: `${channel}.upstream`,
    algorithm: 'least-connections',
    targets: [
      { target: `${channel}:${4_000 + port}`, weight: 100 - canaryWeight },
      { target: `${channel}-canary:${4_000 + port}`, weight: canaryWeight },
    ],
    healthchecks: {
      active: {
        type: 'http',
        http_path: '/health/ready',
        healthy: { interval: 5, successes: 2 },
        unhealthy: { interval: 5, http_failures: 2, tcp_failures: 2, timeouts: 2 },
      },
    },
    tags: ['edge'],
  })),
  services: policies.map(({ channel, paths, methods, bodyBytes, requestsPerMinute }) => ({
    name: channel,
    host: `${channel}.upstream`,
    protocol: 'http',
    connect_timeout: 2_000,
    // Longer than a long poll of REST and than the pings of streams.
    read_timeout: 60_000,
    write_timeout: 60_000,
    // The runtime says what may be sent again.
    retries: 0,
    tags: ['edge'],
    routes: [
      {
        name: channel,
        hosts: [`${channel}.${domain}`],
        paths: [...paths],
        methods: [...methods],
        protocols: ['https'],
        strip_path: false,
        preserve_host: true,
      },
    ],
    plugins: [
      // In whole kilobytes, so that the runtime's limit, which says what to do, is the one that clients meet.
      {
        name: 'request-size-limiting',
        config: { allowed_payload_size: Math.ceil(bodyBytes / 1_024) + 1, size_unit: 'kilobytes' },
      },
      {
        name: 'rate-limiting',
        config: { minute: requestsPerMinute * callersBehindOneAddress, limit_by: 'ip', policy: 'local' },
      },
      {
        name: 'file-log',
        config: {
          path: '/dev/stdout',
          custom_fields_by_lua: Object.fromEntries(
            unlogged.map((header) => [`request.headers.${header}`, 'return nil']),
          ),
        },
      },
      { name: 'request-transformer', config: { remove: { headers: [...spoofed] } } },
      {
        name: 'response-transformer',
        config: {
          add: { headers: Object.entries(answerHeaders).map(([name, value]) => `${name}:${value}`) },
          remove: { headers: ['server', 'x-powered-by'] },
        },
      },
    ],
  })),
});
