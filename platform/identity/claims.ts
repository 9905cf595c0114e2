import { z } from 'zod';

/** A subject, as OpenID Connect limits `sub`: at most 255 ASCII characters. Control characters are refused, too. */
const id = z.string().regex(/^[\x20-\x7e]{1,255}$/);
const names = z.array(z.string().regex(/^[\x21-\x7e]{1,100}$/)).max(100);
/** What one role is bound to. */
const bindings = z
  .record(z.string().regex(/^[\x21-\x7e]{1,100}$/), id)
  .refine((value) => Object.keys(value).length <= 20, 'at most 20');

/**
 * The claims of a client's token. If a claim has the wrong type, the token is refused; it is not treated as a token
 * without that claim.
 */
export const clientClaims = z.object({
  sub: id,
  iat: z.number(),
  exp: z.number(),
  roles: names.default([]),
  /** By role: what a person is bound to in one role says nothing about another role of theirs. */
  bindings: z
    .record(z.string(), bindings)
    .refine((value) => Object.keys(value).length <= 100, 'at most 100 roles')
    .default({}),
});

/** The claims of an internal token. All are required, since only this system makes such tokens. */
export const internalClaims = z.object({
  iss: id,
  kind: z.enum(['user', 'service', 'anonymous']),
  sub: id,
  iat: z.number(),
  exp: z.number(),
  grants: z.array(z.object({ role: z.string().max(100), scopes: names, bindings })).max(100),
  channel: z.string().max(100),
  act: z.object({ sub: id }).optional(),
});

/** The claims of a token by which somebody (`act`) acts for its subject. */
export const actingClaims = z.object({ sub: id, iat: z.number(), exp: z.number(), act: z.object({ sub: id }) });
