import type { Counterpart } from '#platform/outward/counterpart.ts';

/** Callers of delivery wait for 5 s when an order is cancelled, so a call has to end before. */
const deliveryPartner = {
  protocol: 'HTTP',
  timeoutMs: 4_000,
  tryMs: 1_800,
  tries: 2,
  firstPauseMs: 100,
  atOnce: 32,
  waiting: 128,
  failures: 6,
  openMs: 5_000,
} as const;

/**
 * Every system outside that a domain calls, and the policy under which it does: time-outs, tries, room and circuit.
 * Lint knows by their names here which of them a domain calls. Endpoints of partners are not among them: there are
 * any number of them, each with a lane and a health of its own.
 */
export const counterparts = {
  /** Callers of payments wait for 5 s, so a call has to end before; a setting says how long. */
  paymentProvider: {
    name: 'payment provider',
    protocol: 'HTTP',
    timeoutMs: 4_000,
    tryMs: 4_000,
    tries: 3,
    firstPauseMs: 50,
    atOnce: 64,
    waiting: 256,
    failures: 12,
    openMs: 2_000,
  },
  /** The other payment provider, which is waited for in the same way. */
  kassa: {
    name: 'payment provider Kassa',
    protocol: 'HTTP',
    timeoutMs: 4_000,
    tryMs: 4_000,
    tries: 3,
    firstPauseMs: 50,
    atOnce: 64,
    waiting: 256,
    failures: 12,
    openMs: 2_000,
  },
  /** Nobody waits for it: what got no answer is sent again later, by the same key. */
  loyaltyPartner: {
    name: 'loyalty partner',
    protocol: 'HTTP',
    timeoutMs: 30_000,
    tryMs: 10_000,
    tries: 2,
    firstPauseMs: 200,
    atOnce: 16,
    waiting: 64,
    failures: 5,
    openMs: 5_000,
  },
  /** Its messages have an id, so that a call may be repeated; what got no answer at all is tried later. */
  textingGateway: {
    name: 'texting gateway',
    protocol: 'HTTP',
    timeoutMs: 20_000,
    tryMs: 8_000,
    tries: 2,
    firstPauseMs: 200,
    atOnce: 10,
    waiting: 100,
    failures: 5,
    openMs: 5_000,
  },
  /** Nobody waits for it: an order that got no answer is sent again later, by the same reference. */
  supplier: {
    name: 'supplier',
    protocol: 'HTTP',
    timeoutMs: 30_000,
    tryMs: 10_000,
    tries: 2,
    firstPauseMs: 200,
    atOnce: 16,
    waiting: 64,
    failures: 5,
    openMs: 5_000,
  },
  /** A message is never sent twice, so a call has one try; notifications tries later whatever was surely not sent. */
  mailServer: {
    name: 'mail server',
    protocol: 'SMTP',
    timeoutMs: 60_000,
    tryMs: 60_000,
    tries: 1,
    firstPauseMs: 0,
    atOnce: 10,
    waiting: 100,
    failures: 5,
    openMs: 5_000,
  },
  /** Nobody waits for it: what it has not heard is told again, under the names of all that happened meanwhile. */
  cdn: {
    name: 'CDN',
    protocol: 'HTTP',
    timeoutMs: 10_000,
    tryMs: 5_000,
    tries: 2,
    firstPauseMs: 100,
    atOnce: 4,
    waiting: 16,
    failures: 5,
    openMs: 2_000,
  },
  /** A delivery partner with couriers of its own. Whoever cancels an order waits for it: see `deliveryPartner`. */
  velo: { name: 'delivery partner Velo', ...deliveryPartner },
  stadtbote: { name: 'delivery partner Stadtbote', ...deliveryPartner },
} as const satisfies Readonly<Record<string, Counterpart>>;
