import type { App } from '#generated/partners/prisma/client.ts';
import { isNetwork } from '#platform/config/network.ts';
import { isId } from '#platform/domain/id.ts';
import { appScopes } from '#schema/scopes.ts';
import type { Partners } from '../context.ts';

export interface AppSettings {
  readonly partnerId: string;
  readonly name: string;
  readonly scopes: string[];
  readonly signing: string;
  readonly addresses: string[];
  readonly orderStoreIds: string[];
  readonly vendorIds: string[];
}

export type SetPartnerAppOutcome =
  | { readonly kind: 'done'; readonly app: App }
  | { readonly kind: 'invalid'; readonly field: string; readonly message: string }
  | { readonly kind: 'notFound' };

const mostApps = 50;
const mostAddresses = 50;
const mostStores = 1_000;
const mostVendors = 1_000;

/** Opens an app, or changes the one of this name. Its keys act by the new settings from their next request on. */
export async function setPartnerApp(domain: Partners, settings: AppSettings): Promise<SetPartnerAppOutcome> {
  const problem = problemOf(settings);
  if (problem) return { kind: 'invalid', ...problem };
  const { partnerId, name } = settings;
  const { db } = domain;
  if (!isId(partnerId) || !(await db.partner.findUnique({ where: { id: partnerId } }))) return { kind: 'notFound' };
  const known = await db.app.findUnique({ where: { name } });
  if (known ? known.partnerId !== partnerId : (await db.app.count({ where: { partnerId } })) >= mostApps)
    return {
      kind: 'invalid',
      field: 'name',
      message: known ? 'Another partner has an app of this name.' : `A partner has ${mostApps} apps at most.`,
    };
  const data = {
    ...settings,
    scopes: [...new Set(settings.scopes)],
    addresses: [...new Set(settings.addresses)],
    orderStoreIds: [...new Set(settings.orderStoreIds.map((id) => id.toLowerCase()))],
    vendorIds: [...new Set(settings.vendorIds.map((id) => id.toLowerCase()))],
  };
  const app = await db.app.upsert({ where: { name }, create: { ...data, id: domain.newId() }, update: data });
  return { kind: 'done', app };
}

function problemOf({
  name,
  scopes,
  addresses,
  orderStoreIds,
  vendorIds,
}: AppSettings): { field: string; message: string } | undefined {
  if (!/^[a-z0-9]{3,30}$/.test(name)) return { field: 'name', message: '3 to 30 lower-case letters and digits.' };
  const unknown = scopes.find((scope) => !(appScopes as readonly string[]).includes(scope));
  if (unknown !== undefined)
    return { field: 'scopes', message: `An app cannot have "${unknown}"; it may have: ${appScopes.join(', ')}.` };
  const wrong = addresses.find((each) => !isNetwork(each));
  if (wrong !== undefined)
    return { field: 'addresses', message: `"${wrong}" is neither an address nor a network such as 203.0.113.0/24.` };
  if (addresses.length > mostAddresses) return { field: 'addresses', message: `${mostAddresses} addresses at most.` };
  if (orderStoreIds.length > mostStores) return { field: 'orderStoreIds', message: `${mostStores} stores at most.` };
  if (!orderStoreIds.every(isId)) return { field: 'orderStoreIds', message: 'They must be ids of stores.' };
  if (vendorIds.length > mostVendors) return { field: 'vendorIds', message: `${mostVendors} vendors at most.` };
  if (!vendorIds.every(isId)) return { field: 'vendorIds', message: 'They must be ids of vendors.' };
  return undefined;
}
