import { randomBytes } from 'node:crypto';
import { Ledger } from '../ledger.ts';
import { behaviourSchema, methods, type Behaviour } from './behaviour.ts';

export type LineKind =
  'hold' | 'challenge' | 'confirm' | 'decline' | 'capture' | 'cancel' | 'refund' | 'payout' | 'dispute';

/** A line of Kassa's ledger. Lines are never changed or removed; what is owed to whom is their sum. */
export interface Line {
  readonly sequence: number;
  readonly at: string;
  readonly kind: LineKind;
  /** The id of what the line made: an intent, charge, refund, payout or dispute. */
  readonly id: string;
  readonly intent: string | null;
  readonly reference: string;
  readonly amount: number;
  readonly currency: string;
  readonly reason: string | null;
  /** Of an intent: what it was made with. */
  readonly made?: { readonly method: string; readonly returnUrl: string | null; readonly until: string };
  /** The idempotency key, the digest of its request, and the answer that every repetition gets. */
  readonly answered?: { readonly key: string; readonly digest: string; readonly answer: KassaAnswer };
}

export interface KassaAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface Intent {
  readonly id: string;
  readonly reference: string;
  readonly amount: number;
  readonly currency: string;
  readonly method: string;
  readonly returnUrl: string | null;
  /** When the hold lapses, or the time to confirm is over. */
  until: string;
  state: 'requires_action' | 'requires_payment_method' | 'requires_capture' | 'succeeded' | 'canceled';
  declineCode: string | null;
  charge: string | null;
  captured: number;
  refunded: number;
}

export const problem = (status: number, code: string, message: string, more: object = {}): KassaAnswer => ({
  status,
  body: { error: { type: status === 402 ? 'card_error' : 'invalid_request_error', code, message, ...more } },
});

const newId = (prefix: string): string => `${prefix}_${randomBytes(12).toString('hex')}`;
type NewLine = Omit<Line, 'sequence' | 'at' | 'answered'>;
/** What a request does: the line that it adds, and the answer; without a line it is refused and nothing is kept. */
export interface Doing {
  readonly line?: NewLine;
  readonly answer: () => KassaAnswer;
}

/** Kassa without HTTP: its intents, which are the sum of its ledger. It answers only what is on the disk. */
export class Intents {
  behaviour: Behaviour = behaviourSchema.parse({});
  readonly lines: Line[] = [];
  readonly #intents = new Map<string, Intent>();
  readonly #answered = new Map<string, NonNullable<Line['answered']>>();

  private constructor(
    private readonly ledger: Ledger<Line>,
    readonly clock: () => Date,
    /** Tells the merchant of a line; resolves when the merchant has answered, or will not. */
    private readonly tell: (line: Line, intent: Intent | undefined, times: number) => Promise<void>,
  ) {}

  static async open(
    path: string,
    clock: () => Date,
    tell: (line: Line, intent: Intent | undefined, times: number) => Promise<void>,
  ): Promise<Intents> {
    const { ledger, entries } = await Ledger.open<Line>(path);
    const intents = new Intents(ledger, clock, tell);
    for (const line of entries) intents.#apply(line);
    return intents;
  }

  close(): Promise<void> {
    return this.ledger.close();
  }

  answeredBefore(key: string): Line['answered'] {
    return this.#answered.get(key);
  }

  find(id: string): Intent | undefined {
    const intent = this.#intents.get(id);
    if (intent && ['requires_action', 'requires_capture'].includes(intent.state) && this.#isOver(intent))
      intent.state = 'canceled';
    return intent;
  }

  of(reference: string): Intent[] {
    return [...this.#intents.values()].filter((each) => each.reference === reference).map(({ id }) => this.find(id)!);
  }

  ofCharge(charge: string): Intent | undefined {
    return [...this.#intents.values()].find((each) => each.charge === charge);
  }

  make(asked: {
    reference: string;
    amount: number;
    currency: string;
    method: string;
    returnUrl: string | null;
    offSession: boolean;
  }): Doing {
    const id = newId('pi');
    const { declineCode, holdSeconds, confirmSeconds } = this.behaviour;
    const mustConfirm = asked.method === methods.threeDSecure;
    const reason =
      asked.method === methods.declined
        ? 'insufficient_funds'
        : mustConfirm && (asked.offSession || asked.returnUrl === null)
          ? 'authentication_required'
          : declineCode;
    const kind = reason !== null ? 'decline' : mustConfirm ? 'challenge' : 'hold';
    const until = new Date(this.clock().getTime() + (mustConfirm ? confirmSeconds : holdSeconds) * 1_000).toISOString();
    const { reference, amount, currency, method, returnUrl } = asked;
    return {
      line: { kind, id, intent: id, reference, amount, currency, reason, made: { method, returnUrl, until } },
      answer: () =>
        reason === null
          ? { status: 200, body: this.show(id) }
          : problem(402, 'card_declined', 'The card was declined.', {
              decline_code: reason,
              payment_intent: this.show(id),
            }),
    };
  }

  /** The payer has confirmed, or refused to, on the page of their bank. */
  confirm(id: string, agrees: boolean): Doing {
    const intent = this.find(id);
    if (intent?.state !== 'requires_action')
      return { answer: () => problem(400, 'payment_intent_unexpected_state', 'There is nothing to confirm any more.') };
    return {
      line: this.#line(
        intent,
        agrees ? 'confirm' : 'decline',
        id,
        intent.amount,
        agrees ? null : 'authentication_failed',
      ),
      answer: () => ({ status: 200, body: this.show(id) }),
    };
  }

  capture(id: string, amount: number | null): Doing {
    const intent = this.find(id);
    if (!intent) return missing;
    const wanted = amount ?? intent.amount;
    if (intent.state !== 'requires_capture') return unexpected(intent);
    if (wanted > intent.amount) return tooLarge(intent.amount);
    if (this.behaviour.refuseCaptures || intent.method === methods.captureRefused)
      return { answer: () => problem(402, 'capture_refused', 'The issuer refuses to pay out what it holds.') };
    return {
      line: this.#line(intent, 'capture', newId('ch'), wanted),
      answer: () => ({ status: 200, body: this.show(id) }),
    };
  }

  cancel(id: string): Doing {
    const intent = this.find(id);
    if (!intent) return missing;
    if (intent.state === 'succeeded' || intent.state === 'canceled') return unexpected(intent);
    return {
      line: this.#line(intent, 'cancel', id, intent.amount),
      answer: () => ({ status: 200, body: this.show(id) }),
    };
  }

  refund(charge: string, amount: number | null): Doing {
    const intent = this.ofCharge(charge);
    if (!intent) return missing;
    const left = intent.captured - intent.refunded;
    const wanted = amount ?? left;
    if (left === 0) return { answer: () => problem(400, 'charge_already_refunded', 'Nothing is left of the charge.') };
    if (wanted > left) return tooLarge(left);
    if (this.behaviour.refuseRefunds) return { answer: () => problem(402, 'refund_refused', 'The issuer refuses.') };
    const id = newId('re');
    const body = { id, object: 'refund', charge, amount: wanted, currency: intent.currency, status: 'succeeded' };
    return { line: this.#line(intent, 'refund', id, wanted), answer: () => ({ status: 200, body }) };
  }

  payOut(asked: { reference: string; account: string; amount: number; currency: string }): Doing {
    if (asked.account === 'acct_closed')
      return { answer: () => problem(400, 'account_closed', 'The account is closed.') };
    const id = newId('po');
    const { reference, amount, currency } = asked;
    const body = { id, object: 'payout', amount, currency, status: 'paid' };
    return {
      line: { kind: 'payout', id, intent: null, reference, amount, currency, reason: null },
      answer: () => ({ status: 200, body }),
    };
  }

  /** A card holder disputes a charge at their bank, or the dispute has ended. */
  dispute(charge: string, reason: string, id = newId('dp')): Doing {
    const intent = this.ofCharge(charge);
    if (!intent) return missing;
    return {
      line: this.#line(intent, 'dispute', id, intent.captured, reason),
      answer: () => ({ status: 200, body: { id, object: 'dispute', charge, reason } }),
    };
  }

  /** Carries out what was decided; it is answered when it is on the disk and, if it must be, when it was told. */
  async carryOut({ line, answer }: Doing, key: string | null, digest: string): Promise<KassaAnswer> {
    if (!line) return answer();
    const at = this.clock().toISOString();
    const entry: Line = { ...line, sequence: this.lines.length + 1, at };
    this.#apply(entry);
    const given = answer();
    const kept = key === null ? entry : { ...entry, answered: { key, digest, answer: given } };
    if (kept.answered) this.#answered.set(kept.answered.key, kept.answered);
    await this.ledger.append(kept);
    const { webhookTimes, webhooksFirst } = this.behaviour;
    const told = this.tell(entry, line.intent === null ? undefined : this.#intents.get(line.intent), webhookTimes);
    if (webhooksFirst) await told;
    return given;
  }

  /** An intent in the form of the API. */
  show(id: string): object {
    const intent = this.find(id)!;
    const { amount, currency, state, declineCode, charge, captured, refunded, returnUrl, reference } = intent;
    return {
      id,
      object: 'payment_intent',
      amount,
      amount_received: captured,
      currency,
      status: state,
      metadata: { reference },
      next_action:
        state === 'requires_action'
          ? { type: 'redirect_to_url', redirect_to_url: { url: `/kassa/3ds/${id}`, return_url: returnUrl } }
          : null,
      expires_at: intent.until,
      last_payment_error: declineCode === null ? null : { code: 'card_declined', decline_code: declineCode },
      latest_charge: charge === null ? null : { id: charge, amount_captured: captured, amount_refunded: refunded },
    };
  }

  #apply(line: Line): void {
    this.lines.push(line);
    if (line.answered) this.#answered.set(line.answered.key, line.answered);
    const { made, reference, amount, currency } = line;
    if (made)
      this.#intents.set(line.id, {
        id: line.id,
        reference,
        amount,
        currency,
        method: made.method,
        returnUrl: made.returnUrl,
        until: made.until,
        state:
          line.kind === 'hold'
            ? 'requires_capture'
            : line.kind === 'challenge'
              ? 'requires_action'
              : 'requires_payment_method',
        declineCode: line.reason,
        charge: null,
        captured: 0,
        refunded: 0,
      });
    const intent = line.intent === null ? undefined : this.#intents.get(line.intent);
    if (!intent || made) return;
    if (line.kind === 'confirm') {
      intent.state = 'requires_capture';
      intent.until = new Date(Date.parse(line.at) + this.behaviour.holdSeconds * 1_000).toISOString();
    }
    if (line.kind === 'decline') Object.assign(intent, { state: 'requires_payment_method', declineCode: line.reason });
    if (line.kind === 'cancel') intent.state = 'canceled';
    if (line.kind === 'capture') Object.assign(intent, { state: 'succeeded', charge: line.id, captured: amount });
    if (line.kind === 'refund') intent.refunded += amount;
  }

  #line(intent: Intent, kind: LineKind, id: string, amount: number, reason: string | null = null): NewLine {
    return { kind, id, intent: intent.id, reference: intent.reference, amount, currency: intent.currency, reason };
  }

  #isOver({ until }: Intent): boolean {
    return until <= this.clock().toISOString();
  }
}

const missing: Doing = { answer: () => problem(404, 'resource_missing', 'There is no such thing here.') };
const unexpected = ({ state }: Intent): Doing => ({
  answer: () => problem(400, 'payment_intent_unexpected_state', `The payment intent is ${state}.`, { status: state }),
});
const tooLarge = (left: number): Doing => ({
  answer: () => problem(400, 'amount_too_large', `Only ${left} is left.`),
});
