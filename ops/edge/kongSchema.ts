import { z } from 'zod';

/*
 * What of Kong's declarative configuration is used, as its documentation of 3.x has it
 * (https://developer.konghq.com/gateway/entities/). Whatever else stands there is refused: Kong would not start.
 */

const name = z.string().regex(/^[A-Za-z0-9._~-]+$/);
const milliseconds = z.int().min(1).max(2_147_483_646);
const tags = z.array(z.string()).optional();
const headers = z.strictObject({ headers: z.array(z.string().min(1)) });

const plugin = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('request-size-limiting'),
    config: z.strictObject({
      allowed_payload_size: z.int().min(1),
      size_unit: z.enum(['megabytes', 'kilobytes', 'bytes']),
    }),
  }),
  z.strictObject({
    name: z.literal('rate-limiting'),
    config: z.strictObject({
      minute: z.number().positive(),
      limit_by: z.enum(['consumer', 'credential', 'ip', 'service', 'header', 'path', 'consumer-group']),
      policy: z.enum(['local', 'cluster', 'redis']),
    }),
  }),
  z.strictObject({
    name: z.literal('file-log'),
    config: z.strictObject({
      path: z.string().startsWith('/'),
      // The value of each is a piece of Lua; with `return nil` the field is left out.
      custom_fields_by_lua: z.record(z.string(), z.string().startsWith('return ')),
    }),
  }),
  z.strictObject({ name: z.literal('request-transformer'), config: z.strictObject({ remove: headers }) }),
  z.strictObject({
    name: z.literal('response-transformer'),
    config: z.strictObject({ add: headers, remove: headers }),
  }),
]);

const route = z.strictObject({
  name,
  hosts: z.array(z.string()).min(1),
  // Kong takes a path that begins with / as a prefix, one with ~ as an expression.
  paths: z.array(z.string().regex(/^(\/|~\/)/)).min(1),
  methods: z.array(z.string().regex(/^[A-Z]+$/)).min(1),
  protocols: z.array(z.enum(['http', 'https', 'grpc', 'grpcs'])).min(1),
  strip_path: z.boolean(),
  preserve_host: z.boolean(),
});

export const kongSchema = z
  .strictObject({
    _format_version: z.enum(['3.0']),
    _transform: z.boolean(),
    upstreams: z.array(
      z.strictObject({
        name: z.string(),
        algorithm: z.enum(['consistent-hashing', 'least-connections', 'round-robin', 'latency']),
        targets: z.array(z.strictObject({ target: z.string(), weight: z.int().min(0).max(65_535) })),
        healthchecks: z.strictObject({
          active: z.strictObject({
            type: z.enum(['http', 'https', 'tcp', 'grpc', 'grpcs']),
            http_path: z.string().startsWith('/'),
            healthy: z.strictObject({ interval: z.number().min(0).max(65_535), successes: z.int().min(0).max(255) }),
            unhealthy: z.strictObject({
              interval: z.number().min(0).max(65_535),
              http_failures: z.int().min(0).max(255),
              tcp_failures: z.int().min(0).max(255),
              timeouts: z.int().min(0).max(255),
            }),
          }),
        }),
        tags,
      }),
    ),
    services: z.array(
      z.strictObject({
        name,
        host: z.string(),
        protocol: z.enum(['http', 'https', 'grpc', 'grpcs', 'tcp', 'tls', 'udp', 'tls_passthrough']),
        connect_timeout: milliseconds,
        read_timeout: milliseconds,
        write_timeout: milliseconds,
        retries: z.int().min(0).max(32_767),
        tags,
        routes: z.array(route).min(1),
        plugins: z.array(plugin),
      }),
    ),
  })
  .refine(({ services, upstreams }) => services.every(({ host }) => upstreams.some((each) => each.name === host)), {
    message: 'each service names an upstream that is there',
  });
