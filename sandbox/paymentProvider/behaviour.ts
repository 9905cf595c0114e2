import { z } from 'zod';
import { fileFaults } from './kassa/behaviour.ts';

/**
 * How the provider behaves, beyond what a method token asks for. Set as a whole by `PUT /v1/behaviour`, what is left
 * out falls back to its default; forgotten when the process ends.
 */
export const behaviourSchema = z.strictObject({
  /** If false, everything but this endpoint answers 503. */
  available: z.boolean().default(true),
  /** How long every POST waits before it is handled. */
  delayMilliseconds: z.int().min(0).max(60_000).default(0),
  /** How long a POST with `tok_slow` waits. */
  slowMilliseconds: z.int().min(0).max(60_000).default(2_000),
  /** This many of the next POSTs are carried out, but their connections are closed without an answer. */
  loseAnswers: z.int().min(0).max(10_000).default(0),
  /** Declines every authorisation with this code. */
  declineReason: z.string().min(1).max(60).nullable().default(null),
  /** How often each webhook is sent. A merchant must take one that comes twice as one. */
  webhookTimes: z.int().min(0).max(10).default(1),
  /** Whether a webhook is sent, and answered, before the request that caused it is. */
  webhooksFirst: z.boolean().default(false),
  refuseCaptures: z.boolean().default(false),
  refuseRefunds: z.boolean().default(false),
  /** What goes wrong with the first lines of settlement files that are made from now on, one fault each. */
  fileFaults: z.array(z.enum(fileFaults)).max(100).default([]),
  /** How long authorisations are valid that are made from now on. */
  authorisationLifetimeSeconds: z
    .int()
    .min(0)
    .max(31 * 86_400)
    .default(7 * 86_400),
});

export type Behaviour = z.output<typeof behaviourSchema>;

export const defaultBehaviour: Behaviour = behaviourSchema.parse({});

/**
 * Method tokens that make the provider do something of note; every other `tok_…` is authorised. `tok_declined`:
 * insufficient funds. `tok_slow`: answers late. `tok_lost_answer`: authorises, then drops the connection without an
 * answer, once. `tok_capture_refused`: authorises, but refuses to capture.
 */
export const methodTokens = {
  ok: 'tok_ok',
  visa: 'tok_visa',
  declined: 'tok_declined',
  slow: 'tok_slow',
  lostAnswer: 'tok_lost_answer',
  captureRefused: 'tok_capture_refused',
} as const;

/** The account to which a payout is refused; every other `acct_…` is paid. */
export const closedAccount = 'acct_closed';
