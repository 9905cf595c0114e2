import { expect, it } from 'vitest';
import type { Principal } from '#platform/identity/principal.ts';
import type { StreamPolicy } from '../channelManifest.ts';
import { CallerLimits, type Reservation } from './callerLimits.ts';

const policy = {
  maxConnections: 2,
  maxConnectionsPerAddress: 1,
  maxConnectionsPerCaller: 1,
  maxSubscriptionsPerCaller: 1,
  maxHeldBytes: 10,
  maxHeldBytesPerCaller: 6,
} as StreamPolicy;
const someone = { kind: 'user', subject: 'someone' } as unknown as Principal;
const nobody = { kind: 'anonymous' } as unknown as Principal;

it.each<[string, (limits: CallerLimits) => Reservation | undefined]>([
  ['a connection of an address', (limits) => limits.reserveSlot('8.8.8.1')],
  ['a connection of a caller', (limits) => limits.reserveConnection(someone)],
  ['a subscription', (limits) => limits.reserveSubscription(someone)],
  ['bytes', (limits) => limits.reserveBytes(someone, 6)],
  ['bytes of callers without a token', (limits) => limits.reserveBytes(nobody, 5)],
])('%s is refused beyond the limit, and given back once, however often that is said', (_, reserve) => {
  const limits = new CallerLimits(policy);
  const first = reserve(limits)!;
  expect(reserve(limits)).toBeUndefined();
  first.release();
  expect(reserve(limits)).toBeDefined();
  first.release();
  expect(reserve(limits)).toBeUndefined();
});

it('all together are counted, too, and callers who cannot be told apart by these alone', () => {
  const limits = new CallerLimits(policy);
  const slots = ['8.8.8.1', '8.8.8.2'].map((address) => limits.reserveSlot(address)!);
  expect(limits.reserveSlot('8.8.8.3')).toBeUndefined();
  slots[0]!.release();
  slots[0]!.release();
  expect(limits.reserveSlot('8.8.8.3')).toBeDefined();
  expect(limits.reserveSlot('8.8.8.4')).toBeUndefined();
  expect(limits.reserveConnection(nobody)).toBeDefined();
  expect(limits.reserveConnection(nobody)).toBeDefined();
  expect(limits.reserveBytes(someone, 6)).toBeDefined();
  expect(limits.reserveBytes(nobody, 5)).toBeUndefined();
});
