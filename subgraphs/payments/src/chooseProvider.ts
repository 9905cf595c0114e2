import { StoreQueryService } from '#generated/proto/drburger/stores/v1/stores_pb.ts';
import { kassaFor, type ProviderName } from './config.ts';
import type { Payments } from './context.ts';

/** The country of a store never changes, so that each process asks for it once. */
const countries = new WeakMap<Payments, Map<string, string>>();

/**
 * The provider for a new payment at a store: by the store's id or country, as the settings have it. Stores are asked
 * for the country only if it makes a difference.
 */
export async function chooseProvider(domain: Payments, storeId: string): Promise<ProviderName> {
  const named = kassaFor(domain);
  if (named.includes(storeId)) return 'kassa';
  if (!named.some((each) => each.length === 2)) return 'usual';
  return named.includes(await countryOf(domain, storeId)) ? 'kassa' : 'usual';
}

async function countryOf(domain: Payments, storeId: string): Promise<string> {
  const known = countries.get(domain) ?? new Map<string, string>();
  countries.set(domain, known);
  const before = known.get(storeId);
  if (before !== undefined) return before;
  const at = domain.clock().toISOString();
  const { found, country } = await domain.rpc.client(StoreQueryService).getOrderingTerms({ storeId, at });
  if (found) known.set(storeId, country);
  return country;
}
