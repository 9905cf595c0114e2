interface Provider {
  readonly url: string;
  readonly apiKey: string;
}

interface Movement {
  readonly kind: 'authorisation' | 'decline' | 'capture' | 'void' | 'refund' | 'refusal';
  readonly amount: number;
  /** The order that it is about. */
  readonly merchantReference: string;
}

/** What the payment provider's own ledger holds of an order, oldest first: what the world outside believes. */
export const ledgerOf = (provider: Provider, orderId: string): Promise<Movement[]> =>
  read(provider, `merchantReference=${orderId}`);

/** All that it holds, of every order. */
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
