interface Movement {
  readonly kind: 'authorisation' | 'decline' | 'capture' | 'void' | 'refund' | 'refusal';
  readonly amount: number;
}

/** What the payment provider's own ledger holds of an order, oldest first: what the world outside believes. */
export async function ledgerOf(
  provider: { readonly url: string; readonly apiKey: string },
  orderId: string,
): Promise<Movement[]> {
  const answer = await fetch(`${provider.url}/v1/ledger?merchantReference=${orderId}`, {
    headers: { authorization: `Bearer ${provider.apiKey}` },
  });
  return ((await answer.json()) as { data: Movement[] }).data;
}
