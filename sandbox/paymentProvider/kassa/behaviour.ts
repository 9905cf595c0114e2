import { z } from 'zod';

/** What goes wrong with a line of the settlement file of a day. */
export const fileFaults = ['OMIT', 'DOUBLE', 'WRONG_AMOUNT', 'UNKNOWN'] as const;

/**
 * How Kassa behaves. Set as a whole by `PUT /kassa/behaviour`: what is left out falls back to its default; forgotten
 * when the process ends.
 */
export const behaviourSchema = z.strictObject({
  /** If false, everything but this endpoint answers 503. */
  available: z.boolean().default(true),
  /** How long every POST waits before it is handled. */
  delayMilliseconds: z.int().min(0).max(60_000).default(0),
  /** This many of the next POSTs are answered with 500, and nothing is done. */
  failures: z.int().min(0).max(10_000).default(0),
  /** This many of the next POSTs are carried out, but their connections are closed without an answer. */
  loseAnswers: z.int().min(0).max(10_000).default(0),
  /** Declines every payment with this code. */
  declineCode: z.string().min(1).max(60).nullable().default(null),
  /** How often each event is sent. A merchant must take one that comes twice as one. */
  webhookTimes: z.int().min(0).max(10).default(1),
  /** Whether an event is sent, and answered, before the request that caused it is. */
  webhooksFirst: z.boolean().default(false),
  refuseCaptures: z.boolean().default(false),
  refuseRefunds: z.boolean().default(false),
  /** How long what is made from now on is held, and how long a payer may take to confirm. */
  holdSeconds: z
    .int()
    .min(0)
    .max(31 * 86_400)
    .default(7 * 86_400),
  confirmSeconds: z.int().min(0).max(86_400).default(3_600),
  /** What goes wrong with the first lines of settlement files that are made from now on, one fault each. */
  fileFaults: z.array(z.enum(fileFaults)).max(100).default([]),
});
export type Behaviour = z.output<typeof behaviourSchema>;

/**
 * Payment methods that make Kassa do something of note; every other `tok_…` is charged. `tok_3ds`: the payer has to
 * confirm with their bank. `tok_declined`: no funds. `tok_capture_refused`: held, but never captured.
 */
export const methods = { threeDSecure: 'tok_3ds', declined: 'tok_declined', captureRefused: 'tok_capture_refused' };
