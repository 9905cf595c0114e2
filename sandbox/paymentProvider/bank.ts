import { type Behaviour, closedAccount, methodTokens } from './behaviour.ts';
import type { Answer, LedgerEntry } from './ledger.ts';

export interface Refund {
  readonly id: string;
  readonly amount: number;
  readonly createdAt: string;
}

export interface Capture {
  readonly id: string;
  readonly amount: number;
  readonly createdAt: string;
  readonly refunds: Refund[];
}

export interface Authorisation {
  readonly id: string;
  readonly merchantReference: string;
  readonly amount: number;
  readonly currency: string;
  readonly methodToken: string;
  readonly declineCode: string | null;
  readonly createdAt: string;
  readonly expiresAt: string;
  voidedAt: string | null;
  readonly captures: Capture[];
}

/**
 * What a decision adds to the ledger: an entry without its place in it, and without the idempotency key of the request.
 */
export type Decision = Omit<LedgerEntry, 'sequence' | 'idempotency'>;

const captured = (authorisation: Authorisation): number =>
  authorisation.captures.reduce((sum, { amount }) => sum + amount, 0);
const refunded = (capture: Capture): number => capture.refunds.reduce((sum, { amount }) => sum + amount, 0);

export const refusal = (status: number, code: string, message: string): Answer => ({
  status,
  body: { error: { code, message } },
});

/**
 * The accounts of the provider, which are the sum of its ledger. It decides what may be added to the ledger and keeps
 * the state in memory; writing the ledger is done elsewhere.
 */
export class Bank {
  private readonly authorisations = new Map<string, Authorisation>();
  private readonly byReference = new Map<string, Authorisation[]>();
  private readonly authorisationOfCapture = new Map<string, Authorisation>();

  /** `newId` makes the provider's ids: a prefix, and a rest that nobody can guess. */
  constructor(private readonly newId: (prefix: 'auth' | 'cap' | 'ref' | 'void' | 'no' | 'dp' | 'po') => string) {}

  find(id: string): Authorisation | undefined {
    return this.authorisations.get(id);
  }

  /** Authorisations with this merchant reference, the oldest first. A merchant may use a reference more than once. */
  withReference(merchantReference: string): readonly Authorisation[] {
    return this.byReference.get(merchantReference) ?? [];
  }

  /** The authorisation to which a capture belongs. */
  withCapture(captureId: string): Authorisation | undefined {
    return this.authorisationOfCapture.get(captureId);
  }

  authorise(
    request: { merchantReference: string; amount: number; currency: string; methodToken: string },
    behaviour: Behaviour,
    now: Date,
  ): Decision {
    const reason = request.methodToken === methodTokens.declined ? 'insufficient_funds' : behaviour.declineReason;
    const authorisation: Authorisation = {
      ...request,
      id: this.newId('auth'),
      declineCode: reason,
      createdAt: now.toISOString(),
      expiresAt: new Date(now.getTime() + behaviour.authorisationLifetimeSeconds * 1_000).toISOString(),
      voidedAt: null,
      captures: [],
    };
    return {
      ...this.line(authorisation, now),
      kind: reason ? 'decline' : 'authorisation',
      reason,
      expiresAt: authorisation.expiresAt,
      answer: { status: 201, body: this.show(authorisation, now) },
    };
  }

  /** An `amount` of null captures everything that is left of the authorisation. */
  capture(authorisation: Authorisation, amount: number | null, behaviour: Behaviour, now: Date): Decision {
    const left = authorisation.amount - captured(authorisation);
    const wanted = amount ?? left;
    const problem = captureProblem(authorisation, wanted, left, behaviour, now);
    if (problem) return this.refuse(authorisation, wanted, problem, now);
    const capture: Capture = { id: this.newId('cap'), amount: wanted, createdAt: now.toISOString(), refunds: [] };
    return {
      ...this.line(authorisation, now),
      kind: 'capture',
      id: capture.id,
      captureId: capture.id,
      amount: wanted,
      answer: { status: 201, body: showCapture(capture, authorisation) },
    };
  }

  void(authorisation: Authorisation, now: Date): Decision {
    const problem = authorisation.declineCode
      ? notAuthorised
      : authorisation.voidedAt
        ? refusal(422, 'already_voided', 'The authorisation is voided already.')
        : authorisation.captures.length > 0
          ? refusal(422, 'already_captured', 'Something was captured: refund it instead.')
          : null;
    if (problem) return this.refuse(authorisation, authorisation.amount, problem, now);
    const voided = { ...authorisation, voidedAt: now.toISOString() };
    return {
      ...this.line(authorisation, now),
      kind: 'void',
      id: this.newId('void'),
      answer: { status: 200, body: this.show(voided, now) },
    };
  }

  /** An `amount` of null refunds everything that is left of the capture. */
  refund(
    authorisation: Authorisation,
    captureId: string,
    amount: number | null,
    behaviour: Behaviour,
    now: Date,
  ): Decision {
    const capture = captureOf(authorisation, captureId);
    const left = capture.amount - refunded(capture);
    const wanted = amount ?? left;
    const problem = behaviour.refuseRefunds
      ? refusal(422, 'refund_refused', 'The refund was refused.')
      : wanted > left || left === 0
        ? refusal(422, 'amount_too_large', `Only ${left} of the capture is left to refund.`)
        : null;
    if (problem) return this.refuse(authorisation, wanted, problem, now);
    const made: Refund = { id: this.newId('ref'), amount: wanted, createdAt: now.toISOString() };
    return {
      ...this.line(authorisation, now),
      kind: 'refund',
      id: made.id,
      captureId,
      amount: wanted,
      answer: {
        status: 201,
        body: { ...made, captureId, authorisationId: authorisation.id, currency: authorisation.currency },
      },
    };
  }

  /** A guest disputes a capture at their bank. */
  dispute(authorisation: Authorisation, captureId: string, reason: string, now: Date): Decision {
    const { amount } = captureOf(authorisation, captureId);
    const id = this.newId('dp');
    return {
      ...this.line(authorisation, now),
      kind: 'dispute',
      id,
      captureId,
      amount,
      reason,
      answer: { status: 201, body: { id, captureId, amount, reason, status: 'open' } },
    };
  }

  /** Pays money of the merchant to an account. It is not held against what was captured: the merchant has credit. */
  payOut(
    request: { merchantReference: string; account: string; amount: number; currency: string },
    now: Date,
  ): Decision {
    const { account, ...own } = request;
    const closed = account === closedAccount;
    const id = this.newId(closed ? 'no' : 'po');
    return {
      ...own,
      at: now.toISOString(),
      id,
      authorisationId: null,
      captureId: null,
      methodToken: account,
      expiresAt: null,
      kind: closed ? 'refusal' : 'payout',
      reason: closed ? 'account_closed' : null,
      answer: closed
        ? refusal(422, 'account_closed', 'The account is closed.')
        : { status: 201, body: { ...request, id, createdAt: now.toISOString() } },
    };
  }

  /** The sum of the refunds of an authorisation. */
  refundedOf(authorisationId: string | null): number {
    const captures = authorisationId === null ? [] : (this.authorisations.get(authorisationId)?.captures ?? []);
    return captures.reduce((sum, capture) => sum + refunded(capture), 0);
  }

  /** Applies an entry of the ledger to the accounts. After a restart, all entries are applied in order. */
  apply(entry: LedgerEntry): void {
    if (entry.kind === 'authorisation' || entry.kind === 'decline') return this.open(entry);
    const authorisation = entry.authorisationId === null ? undefined : this.authorisations.get(entry.authorisationId);
    if (!authorisation || ['refusal', 'dispute', 'payout'].includes(entry.kind)) return;
    if (entry.kind === 'void') authorisation.voidedAt = entry.at;
    if (entry.kind === 'capture') {
      authorisation.captures.push({ id: entry.id, amount: entry.amount, createdAt: entry.at, refunds: [] });
      this.authorisationOfCapture.set(entry.id, authorisation);
    }
    if (entry.kind === 'refund')
      captureOf(authorisation, entry.captureId ?? '').refunds.push({
        id: entry.id,
        amount: entry.amount,
        createdAt: entry.at,
      });
  }

  /** An authorisation in the form of the API. Its `status` is authorised, declined, captured, voided or expired. */
  show(authorisation: Authorisation, now: Date): object {
    const { captures, methodToken: _kept, ...own } = authorisation;
    return {
      ...own,
      status: statusOf(authorisation, now),
      capturedAmount: captured(authorisation),
      refundedAmount: captures.reduce((sum, capture) => sum + refunded(capture), 0),
      captures: captures.map((capture) => showCapture(capture, authorisation)),
    };
  }

  private open(entry: LedgerEntry): void {
    const authorisation: Authorisation = {
      id: entry.id,
      merchantReference: entry.merchantReference,
      amount: entry.amount,
      currency: entry.currency,
      methodToken: entry.methodToken,
      declineCode: entry.reason,
      createdAt: entry.at,
      expiresAt: entry.expiresAt ?? entry.at,
      voidedAt: null,
      captures: [],
    };
    this.authorisations.set(authorisation.id, authorisation);
    const sameReference = this.byReference.get(authorisation.merchantReference);
    if (sameReference) sameReference.push(authorisation);
    else this.byReference.set(authorisation.merchantReference, [authorisation]);
  }

  private line(authorisation: Authorisation, now: Date): Omit<Decision, 'kind' | 'answer'> {
    const { id, merchantReference, amount, currency, methodToken } = authorisation;
    return {
      at: now.toISOString(),
      id,
      authorisationId: id,
      captureId: null,
      merchantReference,
      amount,
      currency,
      methodToken,
      reason: null,
      expiresAt: null,
    };
  }

  private refuse(authorisation: Authorisation, amount: number, answer: Answer, now: Date): Decision {
    const { error } = answer.body as { error: { code: string } };
    return {
      ...this.line(authorisation, now),
      kind: 'refusal',
      id: this.newId('no'),
      amount,
      reason: error.code,
      answer,
    };
  }
}

const notAuthorised = refusal(422, 'not_authorised', 'The authorisation was declined.');

function captureProblem(
  authorisation: Authorisation,
  wanted: number,
  left: number,
  behaviour: Behaviour,
  now: Date,
): Answer | null {
  if (authorisation.declineCode) return notAuthorised;
  if (authorisation.voidedAt) return refusal(422, 'authorisation_voided', 'The authorisation was voided.');
  if (statusOf(authorisation, now) === 'expired')
    return refusal(422, 'authorisation_expired', 'The authorisation has expired: authorise again.');
  if (wanted > left || left === 0)
    return refusal(422, 'amount_too_large', `Only ${left} of the authorisation is left to capture.`);
  if (behaviour.refuseCaptures || authorisation.methodToken === methodTokens.captureRefused) {
    return refusal(422, 'capture_refused', "The card's issuer refused the capture.");
  }
  return null;
}

function statusOf(authorisation: Authorisation, now: Date): string {
  if (authorisation.declineCode) return 'declined';
  if (authorisation.voidedAt) return 'voided';
  if (authorisation.captures.length > 0) return 'captured';
  return authorisation.expiresAt <= now.toISOString() ? 'expired' : 'authorised';
}

function captureOf(authorisation: Authorisation, captureId: string): Capture {
  const capture = authorisation.captures.find(({ id }) => id === captureId);
  if (!capture) throw new Error(`Authorisation ${authorisation.id} has no capture ${captureId}.`);
  return capture;
}

const showCapture = (capture: Capture, authorisation: Authorisation): object => ({
  id: capture.id,
  authorisationId: authorisation.id,
  amount: capture.amount,
  currency: authorisation.currency,
  createdAt: capture.createdAt,
  refundedAmount: refunded(capture),
  refunds: capture.refunds,
});
