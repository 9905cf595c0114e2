export interface Amount {
  readonly amount: number;
  readonly currency: string;
  readonly exponent: number;
}

/**
 * The card terminal beside the screen. What runs the browser on the device puts it into the page, as
 * `window.paymentTerminal`, before the page's own script runs; the terminal never tells the page a card's number.
 */
export interface PaymentTerminal {
  /** Asks for a card. Resolves with the provider's token for it, or with null if the guest called it off. */
  requestToken(amount: Amount): Promise<string | null>;
}

/** A way to pay that the page offers as a button. */
export interface PaymentMethod {
  /** Undefined: the terminal's own, which needs no name. */
  readonly playMoney?: 'card' | 'declined' | 'slow';
  requestToken(amount: Amount): Promise<string | null>;
}

const playMoney = { card: 'tok_visa', declined: 'tok_declined', slow: 'tok_slow' } as const;

/** The terminal of the device; in the development profile the tokens of the sandbox; otherwise no way to pay. */
export function paymentMethods(): PaymentMethod[] {
  const { paymentTerminal } = globalThis as { paymentTerminal?: PaymentTerminal };
  if (paymentTerminal) return [{ requestToken: (amount) => paymentTerminal.requestToken(amount) }];
  if (!document.querySelector('meta[name="profile"][content="development"]')) return [];
  return (['card', 'declined', 'slow'] as const).map((kind) => ({
    playMoney: kind,
    requestToken: () => Promise.resolve(playMoney[kind]),
  }));
}
