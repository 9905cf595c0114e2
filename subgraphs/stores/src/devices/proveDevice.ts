import { decodeJwt, errors, importJWK, jwtVerify, type JWK } from 'jose';
import type { Device } from '#generated/stores/prisma/client.ts';
import { isId } from '#platform/domain/id.ts';
import { deviceAudience } from '#schema/deviceAudience.ts';
import type { Stores } from '../context.ts';

/** How long an assertion may be good for, in seconds, and by how much the clocks of device and server may differ. */
const longestSeconds = 300;
const toleranceSeconds = 60;

export interface Proof {
  /**
   * Empty for a device that may work. `invalid_client` says of an unknown device as of an assertion that it has not
   * signed, or that is not good now: nobody learns which devices there are.
   */
  readonly error: '' | 'invalid_client' | 'slow_down' | 'authorization_pending' | 'expired_token' | 'access_denied';
  readonly deviceId?: string;
  readonly storeId?: string;
}

/** How soon a device that waits may ask again. It is told 5 s; its clock may tick a little fast. */
const leastBetweenMs = 4_000;

/** Finds the device that signed an assertion (RFC 7523), and where it works. Each assertion is good once. */
export async function proveDevice(domain: Stores, assertion: string, role: string): Promise<Proof> {
  const id = subjectIn(assertion);
  const device = id === undefined ? null : await domain.db.device.findUnique({ where: { id } });
  const signed = device && (await claimsOf(domain, device, assertion));
  if (!signed || device.role !== role.toUpperCase()) return { error: 'invalid_client' };
  const now = domain.clock();
  const waits = !device.storeId && device.codeEndsAt > now;
  if (waits && !(await mayAskAgain(domain, device, now))) return { error: 'slow_down' };
  if (!(await useUp(domain, device, signed))) return { error: 'invalid_client' };
  if (device.revokedAt) return { error: 'access_denied' };
  if (!device.storeId) return { error: waits ? 'authorization_pending' : 'expired_token' };
  await noteSeen(domain, device, now);
  return { error: '', deviceId: device.id, storeId: device.storeId };
}

function subjectIn(assertion: string): string | undefined {
  try {
    const { sub } = decodeJwt(assertion);
    return sub !== undefined && isId(sub) ? sub : undefined;
  } catch (error) {
    if (error instanceof errors.JWTInvalid) return undefined;
    throw error;
  }
}

interface Signed {
  readonly jti: string;
  readonly exp: number;
}

/** What the device has signed, if that is good now. */
async function claimsOf({ clock }: Stores, { id, publicKey }: Device, assertion: string): Promise<Signed | undefined> {
  try {
    const { payload } = await jwtVerify(assertion, await importJWK(publicKey as unknown as JWK, 'ES256'), {
      algorithms: ['ES256'],
      issuer: id,
      subject: id,
      audience: deviceAudience,
      requiredClaims: ['iat', 'exp', 'jti'],
      clockTolerance: toleranceSeconds,
      maxTokenAge: longestSeconds,
      currentDate: clock(),
    });
    const { jti = '', exp = 0, iat = 0 } = payload;
    return /^[\x21-\x7e]{16,64}$/.test(jti) && exp - iat <= longestSeconds ? { jti, exp } : undefined;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

/** Whether the assertion was not used before. It is used from now on. */
async function useUp({ pool, clock }: Stores, { id }: Device, { jti, exp }: Signed): Promise<boolean> {
  await pool.query('DELETE FROM "device_assertion" WHERE "device_id" = $1 AND "until" < $2', [id, clock()]);
  const used = await pool.query(
    `INSERT INTO "device_assertion" ("device_id", "jti", "until") VALUES ($1, $2, to_timestamp($3))
     ON CONFLICT DO NOTHING`,
    [id, jti, exp + 2 * toleranceSeconds],
  );
  return used.rowCount === 1;
}

/**
 * Whether a device that waits last asked long enough ago (RFC 8628, section 3.5), which is noted. Anybody can be such
 * a device: without this, each of its requests would write a row.
 */
async function mayAskAgain({ db }: Stores, { id }: Device, now: Date): Promise<boolean> {
  const before = new Date(now.getTime() - leastBetweenMs);
  const { count } = await db.device.updateMany({
    where: { id, enrolledAt: null, OR: [{ lastSeenAt: null }, { lastSeenAt: { lte: before } }] },
    data: { lastSeenAt: now },
  });
  return count === 1;
}

/** To the minute, so that a device that asks often does not write a row each time. */
async function noteSeen({ db }: Stores, { id, lastSeenAt }: Device, now: Date): Promise<void> {
  const minute = new Date(Math.floor(now.getTime() / 60_000) * 60_000);
  if (!lastSeenAt || lastSeenAt < minute) await db.device.updateMany({ where: { id }, data: { lastSeenAt: minute } });
}
