import { z } from 'zod';

/**
 * How a delivery partner behaves. Set as a whole by `PUT …/behaviour`: what is left out falls back to its default;
 * forgotten when the process ends.
 */
export const behaviourSchema = z.strictObject({
  /** If false, everything but this endpoint answers 503. */
  available: z.boolean().default(true),
  /** How long every request waits before it is handled. */
  delayMilliseconds: z.int().min(0).max(60_000).default(0),
  /** This many of the next changes are refused with 500, and nothing is done. */
  failures: z.int().min(0).max(10_000).default(0),
  /** This many of the next changes are carried out, but their connections are closed without an answer. */
  loseAnswers: z.int().min(0).max(10_000).default(0),
  /** Declines every new job with this code. */
  declineReason: z.string().min(1).max(60).nullable().default(null),
  /** How often each callback is sent. Whoever takes jobs' news must take one that comes twice as one. */
  callbackTimes: z.int().min(0).max(10).default(1),
  /** Whether a callback is sent, and answered, before the request that caused it is. */
  callbacksFirst: z.boolean().default(false),
  /** The price of a delivery in minor units, and how many minutes it takes. */
  price: z.int().min(0).max(100_000).default(590),
  minutes: z.int().min(1).max(600).default(30),
  /** After so many seconds a courier of the partner takes the next step of a job by themselves; null: nobody moves. */
  stepSeconds: z.number().positive().nullable().default(null),
});

export type Behaviour = z.output<typeof behaviourSchema>;
