import { readFileSync } from 'node:fs';
import { Agent, fetch } from 'undici';
import { underDeadline } from '#platform/http/underDeadline.ts';

/** Whose work is played: an admin's, that of the kitchen or a kiosk of a store, a courier's, a customer's. */
export type Actor =
  | { readonly role: 'admin' }
  | { readonly role: 'kitchen' | 'kiosk'; readonly store: string }
  | { readonly role: 'courier' | 'customer'; readonly subject: string };

/** Makes an access token for an actor, without `Bearer`. */
export type TokenFor = (actor: Actor) => Promise<string>;

/**
 * Runs a GraphQL document as an actor. Rejects without a complete answer: no connection, a time-out, or any error in
 * it.
 */
export type Ask = <Data>(actor: Actor, document: string, variables?: Record<string, unknown>) => Promise<Data>;

const timeoutMs = 5_000;
const tokenLifeMs = 5 * 60_000;
const mostTokens = 1_000;

/** A GraphQL client of one endpoint, with a token for each actor, renewed every few minutes and when it is refused. */
export function graphqlClient(endpoint: string, tokenFor: TokenFor, signal: AbortSignal, trusted?: string): Ask {
  const dispatcher = trusted === undefined ? undefined : new Agent({ connect: { ca: readFileSync(trusted) } });
  const tokens = new Map<string, { token: Promise<string>; until: number }>();

  const tokenOf = (actor: Actor): Promise<string> => {
    const key = JSON.stringify(actor);
    const known = tokens.get(key);
    if (known && known.until > Date.now()) return known.token;
    if (tokens.size >= mostTokens) tokens.clear();
    const token = tokenFor(actor);
    tokens.set(key, { token, until: Date.now() + tokenLifeMs });
    return token;
  };

  return async <Data>(actor: Actor, query: string, variables: Record<string, unknown> = {}): Promise<Data> => {
    try {
      const headers = {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json',
        authorization: `Bearer ${await tokenOf(actor)}`,
      };
      const body = JSON.stringify({ query, variables });
      return await underDeadline(timeoutMs, signal, async (ends) => {
        const how = { method: 'POST', ...(dispatcher && { dispatcher }), headers, body, signal: ends };
        const response = await fetch(endpoint, how);
        const { data, errors } = (await response.json()) as { data?: Data; errors?: { message: string }[] };
        if (errors?.[0] || !data)
          throw new Error(`${endpoint} answered ${response.status}: ${errors?.[0]?.message ?? 'nothing'}`);
        return data;
      });
    } catch (error) {
      // The token may have been the reason, so the next try gets a new one.
      tokens.delete(JSON.stringify(actor));
      throw error;
    }
  };
}
