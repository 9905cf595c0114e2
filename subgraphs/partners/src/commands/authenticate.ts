import { BlockList, isIP } from 'node:net';
import { timingSafeEqual } from 'node:crypto';
import type { ApiKey, App } from '#generated/partners/prisma/client.ts';
import { hashOf, readApiKey } from '../apiKey.ts';
import type { Partners } from '../context.ts';
import { checkSignature, type SignedRequest } from './checkSignature.ts';

export interface Credential {
  /** The whole API key; empty for a signed request. */
  readonly apiKey: string;
  readonly signed?: SignedRequest | undefined;
  /** From where the request comes. */
  readonly address: string;
}

export type KeyOfApp = ApiKey & { readonly app: App };

export interface Admitted {
  /** Why not, for the caller to read; empty for a caller who is let in. */
  readonly refusal: string;
  readonly partnerId?: string;
  readonly appId?: string;
  readonly appName?: string;
  readonly scopes?: string[];
  /** The public part of the key. */
  readonly keyId?: string;
}

const refused = (refusal: string): Admitted => ({ refusal });
/** One answer for keys that never were, have ended, or have another secret: it tells nobody which keys there are. */
const notGood = refused('The API key is not good here: it is unknown, revoked, or its time is up.');

/** Finds the app that sends a request. Every call reads the key anew, so that a revoked one ends at once. */
export async function authenticate(domain: Partners, { apiKey, signed, address }: Credential): Promise<Admitted> {
  const found = signed ? await checkSignature(domain, signed) : await bySecret(domain, apiKey);
  if (typeof found === 'string') return refused(found);
  if (!found || hasEnded(found, domain.clock())) return notGood;
  const { app } = found;
  if (!isAllowed(app.addresses, address)) return refused(`The app ${app.name} may not call from ${address}.`);
  if (!signed && app.signing === 'REQUIRED')
    return refused(`Requests of the app ${app.name} must be signed; the key itself is not to be sent.`);
  await noteUse(domain, found);
  const { partnerId, id: appId, name: appName, scopes } = app;
  return { refusal: '', partnerId, appId, appName, scopes, keyId: found.id };
}

async function bySecret({ db }: Partners, text: string): Promise<KeyOfApp | undefined> {
  const parts = readApiKey(text);
  const key = parts && (await db.apiKey.findUnique({ where: { id: parts.id }, include: { app: true } }));
  return key && timingSafeEqual(hashOf(parts.secret), key.secretHash) ? key : undefined;
}

const hasEnded = ({ endsAt }: ApiKey, now: Date): boolean => endsAt !== null && endsAt <= now;

/** Whether the address is one of the list, or in a network of it. An empty list allows all. */
export function isAllowed(allowed: readonly string[], address: string): boolean {
  if (allowed.length === 0) return true;
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '');
  const family = familyOf(plain);
  if (!family) return false;
  const list = new BlockList();
  for (const each of allowed) {
    const [network = '', bits] = each.split('/');
    const of = familyOf(network);
    if (of && bits !== undefined) list.addSubnet(network, Number(bits), of);
    else if (of) list.addAddress(network, of);
  }
  return list.check(plain, family);
}

const familyOf = (address: string): 'ipv4' | 'ipv6' | undefined => (({ 4: 'ipv4', 6: 'ipv6' }) as const)[isIP(address)];

/** To the minute, so that a busy key does not write a row at every request. */
async function noteUse({ db, clock }: Partners, { id, lastUsedAt }: ApiKey): Promise<void> {
  const minute = new Date(Math.floor(clock().getTime() / 60_000) * 60_000);
  if (!lastUsedAt || lastUsedAt < minute) await db.apiKey.updateMany({ where: { id }, data: { lastUsedAt: minute } });
}
