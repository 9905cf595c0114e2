/**
 * The statuses of a payment. Those that end in REQUESTED are intents: the command is stored, and the provider's
 * answer is not yet known.
 */
export type PaymentStatus =
  | 'REQUESTED'
  /** The payer's bank wants the payer to confirm the payment. */
  | 'CHALLENGED'
  | 'AUTHORISED'
  | 'DECLINED'
  | 'CAPTURE_REQUESTED'
  | 'CAPTURED'
  | 'VOID_REQUESTED'
  | 'VOIDED'
  | 'REFUND_REQUESTED'
  | 'REFUNDED';

export type CommandKind = 'AUTHORISE' | 'CAPTURE' | 'VOID' | 'REFUND';
export type Outcome = 'AUTHORISED' | 'CHALLENGED' | 'DECLINED' | 'CAPTURED' | 'REFUSED' | 'VOIDED' | 'REFUNDED';

/** The result of a command. `reason` is the provider's code, or one of this domain when the provider was not asked. */
export interface Result {
  readonly outcome: Outcome;
  readonly reason: string | null;
}

/**
 * `NONE`: the order has no payment. `BLOCKED`: it has none and must not get one, since it was voided before it was
 * authorised.
 */
export type Situation = PaymentStatus | 'NONE' | 'BLOCKED';
type Settled = Exclude<Situation, `${string}REQUESTED`>;

interface Transition {
  /** The situations in which the provider is asked. */
  readonly from: readonly Situation[];
  /** The status of the payment while the provider is asked. */
  readonly asking: PaymentStatus;
  /** The status to which each possible outcome leads. */
  readonly to: Partial<Record<Outcome, PaymentStatus>>;
  /** The answer in every other settled situation, without asking the provider. */
  readonly otherwise: Partial<Record<Settled, Result>>;
}

const is = (outcome: Outcome): Result => ({ outcome, reason: null });
const declined = (reason: string): Result => ({ outcome: 'DECLINED', reason });
const refused = (reason: string): Result => ({ outcome: 'REFUSED', reason });

/**
 * All transitions of a payment. An order has one payment, and a payment one authorisation, so an order cannot be
 * charged twice.
 */
export const transitions: Readonly<Record<CommandKind, Transition>> = {
  AUTHORISE: {
    from: ['NONE'],
    asking: 'REQUESTED',
    to: { AUTHORISED: 'AUTHORISED', CHALLENGED: 'CHALLENGED', DECLINED: 'DECLINED' },
    otherwise: {
      CHALLENGED: is('CHALLENGED'),
      BLOCKED: declined('order_voided'),
      AUTHORISED: is('AUTHORISED'),
      CAPTURED: is('AUTHORISED'),
      DECLINED: declined('already_declined'),
      VOIDED: declined('order_voided'),
      REFUNDED: declined('order_refunded'),
    },
  },
  CAPTURE: {
    from: ['AUTHORISED'],
    asking: 'CAPTURE_REQUESTED',
    to: { CAPTURED: 'CAPTURED', REFUSED: 'AUTHORISED' },
    otherwise: {
      CHALLENGED: refused('not_confirmed'),
      NONE: refused('no_payment'),
      BLOCKED: refused('no_payment'),
      CAPTURED: is('CAPTURED'),
      DECLINED: refused('not_authorised'),
      VOIDED: refused('order_voided'),
      REFUNDED: refused('order_refunded'),
    },
  },
  VOID: {
    from: ['AUTHORISED', 'CHALLENGED'],
    asking: 'VOID_REQUESTED',
    to: { VOIDED: 'VOIDED', REFUSED: 'AUTHORISED' },
    // A payment that holds nothing counts as voided; one that was captured has to be refunded instead.
    otherwise: {
      NONE: is('VOIDED'),
      BLOCKED: is('VOIDED'),
      DECLINED: is('VOIDED'),
      VOIDED: is('VOIDED'),
      REFUNDED: is('VOIDED'),
      CAPTURED: refused('already_captured'),
    },
  },
  REFUND: {
    from: ['CAPTURED'],
    asking: 'REFUND_REQUESTED',
    to: { REFUNDED: 'REFUNDED', REFUSED: 'CAPTURED' },
    otherwise: {
      NONE: refused('no_payment'),
      BLOCKED: refused('no_payment'),
      AUTHORISED: refused('not_captured'),
      CHALLENGED: refused('not_captured'),
      DECLINED: refused('not_captured'),
      VOIDED: refused('not_captured'),
      REFUNDED: is('REFUNDED'),
    },
  },
};

export type Decision =
  /** The provider need not be asked: this is the result. */
  | { readonly kind: 'answer'; readonly result: Result }
  /** Store the intent, then ask the provider. */
  | { readonly kind: 'ask'; readonly status: PaymentStatus }
  /** An earlier command still waits for the provider: find out its outcome first, then decide again. */
  | { readonly kind: 'finishEarlier' };

/** `tooMuch`: the command would pay back more than is left. */
export function decide(kind: CommandKind, situation: Situation, tooMuch = false): Decision {
  const transition = transitions[kind];
  if (isIntent(situation)) return { kind: 'finishEarlier' };
  if (tooMuch && (situation === 'CAPTURED' || situation === 'REFUNDED'))
    return { kind: 'answer', result: refused('more_than_left') };
  if (transition.from.includes(situation)) return { kind: 'ask', status: transition.asking };
  const result = transition.otherwise[situation as Settled];
  if (!result) throw new Error(`${kind} has no answer for a payment that is ${situation}.`);
  return { kind: 'answer', result };
}

const intents: ReadonlySet<Situation> = new Set(Object.values(transitions).map(({ asking }) => asking));

const isIntent = (situation: Situation): situation is Exclude<Situation, Settled> => intents.has(situation);

/** The money of a payment, in minor units. */
export interface Amounts {
  readonly amount: number;
  readonly captured: number;
  readonly refunded: number;
}

export interface Settlement {
  readonly status: PaymentStatus;
  readonly captured: number;
  readonly refunded: number;
  /** The amount that was moved, or whose movement was refused. */
  readonly moved: number;
}

/** What a refund pays back: the part that was asked for, or everything that is left. */
export const toPayBack = (part: number | null, { captured, refunded }: Omit<Amounts, 'amount'>): number =>
  part ?? captured - refunded;

/**
 * The state of a payment after the provider's outcome. `part` is the amount of a refund of a part, otherwise null. It
 * throws for an outcome that the command cannot have.
 */
export function settle(
  kind: CommandKind,
  outcome: Outcome,
  { amount, captured, refunded }: Amounts,
  part: number | null = null,
): Settlement {
  const status = transitions[kind].to[outcome];
  if (!status) throw new Error(`${kind} cannot have the outcome ${outcome}.`);
  if (outcome === 'CAPTURED') return { status, captured: amount, refunded, moved: amount };
  const back = toPayBack(part, { captured, refunded });
  if (outcome === 'REFUNDED') {
    const all = refunded + back;
    return { status: all < captured ? 'CAPTURED' : status, captured, refunded: all, moved: back };
  }
  return { status, captured, refunded, moved: kind === 'REFUND' ? back : amount };
}
