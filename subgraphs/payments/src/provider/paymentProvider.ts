/** What the provider did about a request. Ids are the provider's. */
export type AuthoriseAnswer =
  | { readonly outcome: 'AUTHORISED'; readonly authorisationId: string }
  | { readonly outcome: 'DECLINED'; readonly reason: string };
export type CaptureAnswer = { readonly outcome: 'CAPTURED'; readonly captureId: string } | ProviderRefusal;
export type VoidAnswer = { readonly outcome: 'VOIDED' } | ProviderRefusal;
export type RefundAnswer = { readonly outcome: 'REFUNDED' } | ProviderRefusal;

export interface ProviderRefusal {
  readonly outcome: 'REFUSED';
  /** The provider's code. */
  readonly reason: string;
}

/** What the provider knows of a payment. */
export interface ProviderPayment {
  readonly authorisationId: string;
  /** Null unless it was declined. */
  readonly declineReason: string | null;
  readonly voided: boolean;
  /** Null until something was captured. */
  readonly captureId: string | null;
  /** Minor units. */
  readonly captured: number;
  readonly refunded: number;
}

/**
 * Where card money moves. Amounts are minor units and whole: captures take all of an authorisation, refunds give back
 * all of a capture.
 *
 * Every request that moves money carries an idempotency key: asking again with the same key and the same content moves
 * nothing twice, and gets the same answer, also while the first request is still under way.
 *
 * Every method rejects with `ProviderUnavailable` when no answer came in time: what was asked may or may not have been
 * done, and asking again with the same key tells.
 */
export interface PaymentProvider {
  /** `reference` is our own name of the payment; `find` knows it by that. */
  authorise(request: {
    reference: string;
    amount: number;
    currency: string;
    methodToken: string;
    idempotencyKey: string;
  }): Promise<AuthoriseAnswer>;
  capture(request: { authorisationId: string; amount: number; idempotencyKey: string }): Promise<CaptureAnswer>;
  /** One that was voided before is VOIDED too. */
  void(request: { authorisationId: string; idempotencyKey: string }): Promise<VoidAnswer>;
  refund(request: { captureId: string; amount: number; idempotencyKey: string }): Promise<RefundAnswer>;
  /** Null: nothing has arrived under this reference so far. A request under way may still arrive. */
  find(reference: string): Promise<ProviderPayment | null>;
}

/** The provider gave no answer that can be used. Ask again with the same idempotency key. */
export class ProviderUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ProviderUnavailable';
  }
}
