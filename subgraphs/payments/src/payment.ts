/**
 * Where a payment stands. Those that end in REQUESTED are intents: written down, the provider's answer not yet known.
 */
export type PaymentStatus =
  | 'REQUESTED'
  | 'AUTHORISED'
  | 'DECLINED'
  | 'CAPTURE_REQUESTED'
  | 'CAPTURED'
  | 'VOID_REQUESTED'
  | 'VOIDED'
  | 'REFUND_REQUESTED'
  | 'REFUNDED';

export type CommandKind = 'AUTHORISE' | 'CAPTURE' | 'VOID' | 'REFUND';
export type Outcome = 'AUTHORISED' | 'DECLINED' | 'CAPTURED' | 'REFUSED' | 'VOIDED' | 'REFUNDED';

/** What a command comes to. `reason` is a code: the provider's, or one of ours when the provider was not asked. */
export interface Result {
  readonly outcome: Outcome;
  readonly reason: string | null;
}

/**
 * `NONE`: no payment. `BLOCKED`: no payment, and none may come, since the order was voided before it was authorised.
 */
export type Situation = PaymentStatus | 'NONE' | 'BLOCKED';
type Settled = Exclude<Situation, `${string}REQUESTED`>;

interface Transition {
  /** Where the provider is asked from. */
  readonly from: Situation;
  /** Where the payment stands meanwhile. */
  readonly asking: PaymentStatus;
  /** Where each outcome that the provider can give leads. */
  readonly to: Partial<Record<Outcome, PaymentStatus>>;
  /** What is answered in every other settled situation, without asking the provider. */
  readonly otherwise: Partial<Record<Settled, Result>>;
}

const is = (outcome: Outcome): Result => ({ outcome, reason: null });
const declined = (reason: string): Result => ({ outcome: 'DECLINED', reason });
const refused = (reason: string): Result => ({ outcome: 'REFUSED', reason });

/**
 * The whole life of a payment. One payment per order, and one authorisation per payment: a second charge has no way to
 * happen.
 */
export const transitions: Readonly<Record<CommandKind, Transition>> = {
  AUTHORISE: {
    from: 'NONE',
    asking: 'REQUESTED',
    to: { AUTHORISED: 'AUTHORISED', DECLINED: 'DECLINED' },
    otherwise: {
      BLOCKED: declined('order_voided'),
      AUTHORISED: is('AUTHORISED'),
      CAPTURED: is('AUTHORISED'),
      DECLINED: declined('already_declined'),
      VOIDED: declined('order_voided'),
      REFUNDED: declined('order_refunded'),
    },
  },
  CAPTURE: {
    from: 'AUTHORISED',
    asking: 'CAPTURE_REQUESTED',
    to: { CAPTURED: 'CAPTURED', REFUSED: 'AUTHORISED' },
    otherwise: {
      NONE: refused('no_payment'),
      BLOCKED: refused('no_payment'),
      CAPTURED: is('CAPTURED'),
      DECLINED: refused('not_authorised'),
      VOIDED: refused('order_voided'),
      REFUNDED: refused('order_refunded'),
    },
  },
  VOID: {
    from: 'AUTHORISED',
    asking: 'VOID_REQUESTED',
    to: { VOIDED: 'VOIDED', REFUSED: 'AUTHORISED' },
    // A payment that holds nothing is as good as voided; one that was captured has to be refunded.
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
    from: 'CAPTURED',
    asking: 'REFUND_REQUESTED',
    to: { REFUNDED: 'REFUNDED', REFUSED: 'CAPTURED' },
    otherwise: {
      NONE: refused('no_payment'),
      BLOCKED: refused('no_payment'),
      AUTHORISED: refused('not_captured'),
      DECLINED: refused('not_captured'),
      VOIDED: refused('not_captured'),
      REFUNDED: is('REFUNDED'),
    },
  },
};

export type Decision =
  /** Nothing to ask: this is the result. */
  | { readonly kind: 'answer'; readonly result: Result }
  /** Write the intent down, then ask the provider. */
  | { readonly kind: 'ask'; readonly status: PaymentStatus }
  /** An earlier command still waits for the provider: find out what came of it first, then decide again. */
  | { readonly kind: 'finishEarlier' };

export function decide(kind: CommandKind, situation: Situation): Decision {
  const transition = transitions[kind];
  if (isIntent(situation)) return { kind: 'finishEarlier' };
  if (situation === transition.from) return { kind: 'ask', status: transition.asking };
  const result = transition.otherwise[situation];
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
  /** What moved, or was refused. */
  readonly moved: number;
}

/**
 * Where the provider's outcome leads a payment that waits for it. Throws for an outcome that the command cannot have.
 */
export function settle(kind: CommandKind, outcome: Outcome, { amount, captured, refunded }: Amounts): Settlement {
  const status = transitions[kind].to[outcome];
  if (!status) throw new Error(`${kind} cannot come to ${outcome}.`);
  if (outcome === 'CAPTURED') return { status, captured: amount, refunded, moved: amount };
  if (outcome === 'REFUNDED') return { status, captured, refunded: captured, moved: captured - refunded };
  return { status, captured, refunded, moved: kind === 'REFUND' ? captured - refunded : amount };
}
