import { createHash } from 'node:crypto';
import { SignJWT } from 'jose';
import { expect, it } from 'vitest';
import { bodyJwt } from './bodyJwt.ts';
import { Forged } from './signatureScheme.ts';

const key = Buffer.alloc(32, 1).toString('base64');
const body = '{}';
const token = await new SignJWT({ request_body_sha256: createHash('sha256').update(body).digest('hex') })
  .setProtectedHeader({ alg: 'HS256' })
  .setIssuer('supplier')
  .setAudience('webhooks')
  .setIssuedAt()
  .setJti('m1')
  .sign(Buffer.from(key, 'base64'));
const verify = (authorization: string) => bodyJwt('supplier').verify({ headers: { authorization }, body }, [key]);

it.each(['Bearer', 'bearer', 'BEARER', 'Bearer '])('a token is read after %j', async (scheme) => {
  expect(await verify(`${scheme} ${token}`)).toBe('m1');
});

it.each([`Basic ${token}`, token, 'Bearer ', `Bearer ${token} ${token}`, ''])('%j is no token', async (header) => {
  await expect(verify(header)).rejects.toThrow(Forged);
});
