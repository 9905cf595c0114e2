interface Provider {
  readonly url: string;
  readonly apiKey: string;
}

interface Movement {
  readonly kind: 'authorisation' | 'decline' | 'capture' | 'void' | 'refund' | 'payout' | 'refusal' | 'dispute';
  readonly amount: number;
  /** The order that the entry is about. */
  readonly merchantReference: string;
}

/**
 * Reads the entries about an order in the payment provider's own ledger, oldest first: what really happened to the
 * money.
 */
export const ledgerOf = (provider: Provider, orderId: string): Promise<Movement[]> =>
  read(provider, `merchantReference=${orderId}`);

/** Reads all entries, of every order. */
export async function wholeLedger(provider: Provider): Promise<Movement[]> {
  const all: Movement[] = [];
  for (;;) {
    const page = await read(provider, `after=${all.length}`);
    if (page.length === 0) return all;
    all.push(...page);
  }
}

async function read({ url, apiKey }: Provider, query: string): Promise<Movement[]> {
  const answer = await fetch(`${url}/v1/ledger?${query}`, { headers: { authorization: `Bearer ${apiKey}` } });
  return ((await answer.json()) as { data: Movement[] }).data;
}
