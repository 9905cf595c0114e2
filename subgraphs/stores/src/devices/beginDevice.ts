import { importJWK, type JWK } from 'jose';
import type { Stores } from '../context.ts';
import { newUserCode, shownUserCode } from './userCode.ts';
import { isDeviceRole } from './deviceRole.ts';

const codeSeconds = 900;
const intervalSeconds = 5;
/** A code that ended is kept for so long, so that the device is told that it ended. */
const keptMs = 3_600_000;
/**
 * Far more devices than are ever set up within a quarter of an hour, so that the table has an end. The channels let
 * one address begin 100 times in that time: to keep a store from setting up its screens takes a hundred addresses.
 */
const mostWaiting = 10_000;

export interface DeviceKey {
  readonly x: string;
  readonly y: string;
}

export interface Begun {
  /** Empty for a device that may wait for its code to be entered. */
  readonly error: '' | 'invalid_request' | 'temporarily_unavailable';
  readonly deviceId?: string;
  readonly userCode?: string;
  readonly expiresInSeconds?: number;
  readonly intervalSeconds?: number;
}

/** Keeps the key of a device that asks to be enrolled, and gives it a code to show. */
export async function beginDevice(domain: Stores, role: string, { x, y }: DeviceKey): Promise<Begun> {
  const publicKey = { kty: 'EC', crv: 'P-256', x, y };
  if (!isDeviceRole(role) || !(await isKey(publicKey))) return { error: 'invalid_request' };
  const now = domain.clock();
  await domain.db.device.deleteMany({
    where: { enrolledAt: null, codeEndsAt: { lt: new Date(now.getTime() - keptMs) } },
  });
  const waiting = await domain.db.device.count({ where: { enrolledAt: null, codeEndsAt: { gt: now } } });
  if (waiting >= mostWaiting) return { error: 'temporarily_unavailable' };
  const { id, userCode } = await domain.db.device.create({
    data: {
      id: domain.newId(),
      role: role.toUpperCase(),
      publicKey,
      userCode: newUserCode(),
      codeEndsAt: new Date(now.getTime() + codeSeconds * 1_000),
    },
  });
  return {
    error: '',
    deviceId: id,
    userCode: shownUserCode(userCode!),
    expiresInSeconds: codeSeconds,
    intervalSeconds,
  };
}

const coordinate = /^[\w-]{43}$/;

/** Whether it is a point on the curve. */
async function isKey(key: JWK & DeviceKey): Promise<boolean> {
  if (!coordinate.test(key.x) || !coordinate.test(key.y)) return false;
  return importJWK(key, 'ES256').then(
    () => true,
    () => false,
  );
}
