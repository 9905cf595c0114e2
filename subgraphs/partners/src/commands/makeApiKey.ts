import type { ApiKey } from '#generated/partners/prisma/client.ts';
import { isId } from '#platform/domain/id.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { keyringOf } from '#platform/pii/domainKeyring.ts';
import { seal } from '#platform/pii/sealedField.ts';
import { hashOf, newApiKey, signingKeyOf } from '../apiKey.ts';
import type { Partners } from '../context.ts';
import { partnerOf } from '../ownership.ts';
import { signingKeyPlace } from './checkSignature.ts';

export type MakeApiKeyOutcome =
  | { readonly kind: 'done'; readonly key: ApiKey; readonly apiKey: string }
  | { readonly kind: 'invalid'; readonly field: string; readonly message: string }
  | { readonly kind: 'notFound' };

const hourMs = 3_600_000;
const mostHours = 720;

/** Makes a key, and sets an end to those that the app has: one goes on through the overlap, any other ends at once. */
export async function makeApiKey(
  domain: Partners,
  principal: Principal,
  { appId, overlapHours }: { readonly appId: string; readonly overlapHours: number },
): Promise<MakeApiKeyOutcome> {
  if (overlapHours < 0 || overlapHours > mostHours)
    return { kind: 'invalid', field: 'overlapHours', message: `0 to ${mostHours} hours.` };
  const partnerId = partnerOf(principal);
  if (!isId(appId) || !partnerId) return { kind: 'notFound' };
  return domain.transaction(async (tx) => {
    // The lock on the app keeps two calls at once from leaving three keys.
    const [app] = await tx.$queryRaw<{ name: string }[]>`
      SELECT "name" FROM "app" WHERE "id" = ${appId}::uuid AND "partner_id" = ${partnerId}::uuid FOR UPDATE`;
    if (!app) return { kind: 'notFound' };
    const now = domain.clock();
    const live = await tx.apiKey.findMany({
      where: { appId, OR: [{ endsAt: null }, { endsAt: { gt: now } }] },
      // The newest is the one whose end is not set, whatever the clock said when each was made.
      orderBy: [{ endsAt: { sort: 'desc', nulls: 'first' } }, { madeAt: 'desc' }],
    });
    const overlapEnd = new Date(now.getTime() + overlapHours * hourMs);
    for (const [index, { id, endsAt }] of live.entries()) {
      const end = index === 0 ? overlapEnd : now;
      if (!endsAt || endsAt > end) await tx.apiKey.update({ where: { id }, data: { endsAt: end } });
    }
    const { id, secret, text } = newApiKey(app.name);
    const { key: dataKey, wrapped } = keyringOf(domain).newDataKey(id);
    const key = await tx.apiKey.create({
      data: {
        id,
        appId,
        secretHash: new Uint8Array(hashOf(secret)),
        signingKey: seal(dataKey, signingKeyPlace(id), signingKeyOf(secret).toString('hex')),
        wrappedKey: wrapped,
        madeAt: now,
      },
    });
    return { kind: 'done', key, apiKey: text };
  });
}
