import { z } from 'zod';

/**
 * How the supplier behaves. Set as a whole by `PUT /behaviour`: what is left out falls back to its default; forgotten
 * when the process ends.
 */
export const behaviourSchema = z.strictObject({
  /** If false, everything but this endpoint answers 503. */
  available: z.boolean().default(true),
  /** How long every request of the client waits before it is handled. */
  delayMilliseconds: z.int().min(0).max(60_000).default(0),
  /** This many of the next orders are answered with 500, and nothing is done. */
  failures: z.int().min(0).max(10_000).default(0),
  /** This many of the next orders are carried out, but their connections are closed without an answer. */
  loseAnswers: z.int().min(0).max(10_000).default(0),
  /** Refuses every new order with this code. */
  refuseReason: z.string().min(1).max(60).nullable().default(null),
  /** How many packs of each line it sends fewer than ordered. */
  shortPacks: z.int().min(0).max(1_000).default(0),
  /** How often each webhook is sent. Whoever hears one twice must take it as one. */
  webhookTimes: z.int().min(0).max(10).default(1),
  /** Whether it sends the goods, and tells so, before it answers the order. */
  sendsFirst: z.boolean().default(false),
  /** After so many seconds it takes the next step of an order by itself; null: its people do. */
  stepSeconds: z.number().positive().nullable().default(null),
});

export type Behaviour = z.output<typeof behaviourSchema>;
