/** The provider's answers to requests. Ids are the provider's. */
export type AuthoriseAnswer =
  | { readonly outcome: 'AUTHORISED'; readonly authorisationId: string }
  | { readonly outcome: 'DECLINED'; readonly reason: string }
  | { readonly outcome: 'CHALLENGED'; readonly authorisationId: string; readonly challenge: Challenge };
export type CaptureAnswer = { readonly outcome: 'CAPTURED'; readonly captureId: string } | ProviderRefusal;
export type VoidAnswer = { readonly outcome: 'VOIDED' } | ProviderRefusal;
export type RefundAnswer = { readonly outcome: 'REFUNDED' } | ProviderRefusal;
export type PayOutAnswer = { readonly outcome: 'PAID_OUT' } | ProviderRefusal;

/** The payer's bank wants the payer to confirm the payment themselves (3-D Secure) before it authorises it. */
export interface Challenge {
  /** The page on which they do so; the provider sends them back from there. */
  readonly url: string;
  /** When it is too late for that. */
  readonly expiresAt: Date;
}

export interface ProviderRefusal {
  readonly outcome: 'REFUSED';
  /** The provider's code of the reason. */
  readonly reason: string;
}

/** The provider's record of a payment. */
export interface ProviderPayment {
  readonly authorisationId: string;
  /** Code of the reason for the decline; null unless the payment was declined. */
  readonly declineReason: string | null;
  /** Voided by whomever, or lapsed. */
  readonly voided: boolean;
  /** What the payer still has to confirm; null when there is nothing (any more). */
  readonly challenge: Challenge | null;
  /** The provider's id of the capture; null until there is one. */
  readonly captureId: string | null;
  /** The captured amount in minor units. */
  readonly captured: number;
  readonly refunded: number;
}

/**
 * Port to the payment provider, which moves the money of cards. Amounts are in minor units: a capture takes the whole
 * amount of an authorisation, a refund pays the whole capture back.
 *
 * Every request that moves money has an idempotency key: a second request with the same key and content moves
 * nothing, and gets the same answer, also while the first request is still under way.
 *
 * Every method rejects with `ProviderUnavailable` when no answer came in time: the request may or may not have been
 * carried out, and another one with the same key tells.
 */
export interface PaymentProvider {
  /** `reference` is this domain's id of the payment, by which `find` finds it. */
  authorise(request: {
    reference: string;
    amount: number;
    currency: string;
    methodToken: string;
    /** Whether their bank can ask the payer to confirm. If not, a payment that would need it is declined. */
    payerPresent: boolean;
    idempotencyKey: string;
  }): Promise<AuthoriseAnswer>;
  capture(request: { authorisationId: string; amount: number; idempotencyKey: string }): Promise<CaptureAnswer>;
  /** An authorisation that was voided before is answered with VOIDED, too. */
  void(request: { authorisationId: string; idempotencyKey: string }): Promise<VoidAnswer>;
  refund(request: { captureId: string; amount: number; idempotencyKey: string }): Promise<RefundAnswer>;
  /** Pays money to an account of somebody who sells beside the chain; `reference` names it in the provider's books. */
  payOut(request: {
    reference: string;
    account: string;
    amount: number;
    currency: string;
    idempotencyKey: string;
  }): Promise<PayOutAnswer>;
  /**
   * Null when the provider has received nothing with this reference so far. A request that is under way may still
   * arrive.
   */
  find(reference: string): Promise<ProviderPayment | null>;
  /** The settlement file of a day in UTC, as text; null when there is none (yet). */
  settlementFile(day: string): Promise<string | null>;
}

/** The provider gave no usable answer. Call again with the same idempotency key. */
export class ProviderUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ProviderUnavailable';
  }
}
