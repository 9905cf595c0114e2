import type { CircuitPolicy } from './circuit.ts';

/** A system outside, and how it is called. Whoever calls it does so under this policy: see `createOutward`. */
export interface Counterpart extends CircuitPolicy {
  /** Its name in metrics, messages and among the edges. */
  readonly name: string;
  readonly protocol: 'HTTP' | 'SMTP';
  /** How long a call may take, all its tries included. */
  readonly timeoutMs: number;
  /** How long one try may take. */
  readonly tryMs: number;
  /** How many tries a call has that may be repeated; others have one. */
  readonly tries: number;
  /** The pause before the second try, which varies; the following ones grow. */
  readonly firstPauseMs: number;
  /** How many calls a process has under way at once, and how many wait for a place. Further ones fail at once. */
  readonly atOnce: number;
  readonly waiting: number;
}
