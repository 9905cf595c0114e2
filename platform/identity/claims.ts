import { z } from 'zod';

/** What OpenID Connect says of `sub`: at most 255 characters of ASCII. Control characters are none of anybody's id. */
const id = z.string().regex(/^[\x20-\x7e]{1,255}$/);
const names = z.array(z.string().regex(/^[\x21-\x7e]{1,100}$/)).max(100);
const bindings = z
  .record(z.string().regex(/^[\x21-\x7e]{1,100}$/), id)
  .refine((value) => Object.keys(value).length <= 20, 'at most 20');

/**
 * What a client's token must say. A claim of another type is no claim that is missing: the token is refused, not read
 * as one with less in it.
 */
export const clientClaims = z.object({
  sub: id,
  iat: z.number(),
  exp: z.number(),
  roles: names.default([]),
  bindings: bindings.default({}),
});

/** What an internal token says: all of it, since nobody but this system makes them. */
export const internalClaims = z.object({
  iss: id,
  kind: z.enum(['user', 'service', 'anonymous']),
  sub: id,
  exp: z.number(),
  roles: names,
  scopes: names,
  bindings,
  channel: z.string().max(100),
});
