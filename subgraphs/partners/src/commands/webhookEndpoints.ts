import type { App, WebhookEndpoint } from '#generated/partners/prisma/client.ts';
import { isId } from '#platform/domain/id.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { keyringOf } from '#platform/pii/domainKeyring.ts';
import type { Partners } from '../context.ts';
import { partnerOf } from '../ownership.ts';
import { lockEndpoint, takeBackUnderWay, type Tx } from '../webhooks/enqueue.ts';
import { typeNamed } from '../webhooks/eventTypes.ts';
import { newSecret } from '../webhooks/secret.ts';
import { checkTarget, ForbiddenTarget, type Reach } from '../webhooks/target.ts';

export interface Problem {
  readonly kind: 'invalid';
  readonly field: string;
  readonly message: string;
}
export interface NotFound {
  readonly kind: 'notFound';
}
interface Done {
  readonly kind: 'done';
  readonly endpoint: WebhookEndpoint;
}

export interface EndpointSettings {
  readonly url: string;
  readonly eventTypes: readonly string[];
  readonly storeIds: readonly string[];
  readonly payloadVersion: string;
}

const mostEndpoints = 20;
const mostStores = 1_000;
const mostOverlapHours = 720;
const hourMs = 3_600_000;

/** Locks an endpoint until the transaction ends, and reads it; null when it was removed in the meantime. */
export async function lockedEndpoint(tx: Tx, id: string): Promise<WebhookEndpoint | null> {
  await lockEndpoint(tx, id);
  return tx.webhookEndpoint.findUnique({ where: { id } });
}

const invalid = (field: string, message: string): Problem => ({ kind: 'invalid', field, message });

/** Registers an endpoint of an app, active from now on. */
export async function registerEndpoint(
  domain: Partners,
  principal: Principal,
  { appId, ...settings }: EndpointSettings & { readonly appId: string },
): Promise<(Done & { readonly secret: string }) | Problem | NotFound> {
  const partnerId = partnerOf(principal);
  if (!isId(appId) || !partnerId) return { kind: 'notFound' };
  const app = await domain.db.app.findFirst({ where: { id: appId, partnerId } });
  if (!app) return { kind: 'notFound' };
  const problem = await problemOf(domain, app, settings);
  if (problem) return problem;
  const id = domain.newId();
  const { text: secret, sealed } = newSecret(keyringOf(domain), id);
  return domain.transaction(async (tx) => {
    // The lock on the app keeps two calls at once from registering one too many.
    await tx.$queryRaw`SELECT 1 FROM "app" WHERE "id" = ${appId}::uuid FOR UPDATE`;
    if ((await tx.webhookEndpoint.count({ where: { appId } })) >= mostEndpoints)
      return invalid('appId', `An app has ${mostEndpoints} endpoints at most: remove one that you no longer use.`);
    const endpoint = await tx.webhookEndpoint.create({
      data: { id, appId, ...asRow(settings), ...sealed, state: 'ACTIVE', madeAt: domain.clock() },
    });
    return { kind: 'done', endpoint, secret };
  });
}

/**
 * Changes what is named of an endpoint, and leaves the rest as it is by then. What waits is sent by the new settings,
 * to another address at once: what the old one answered counts no more.
 */
export async function changeEndpoint(
  domain: Partners,
  endpoint: WebhookEndpoint,
  change: Partial<EndpointSettings>,
): Promise<Done | Problem | NotFound> {
  const { id, appId } = endpoint;
  const app = await domain.db.app.findUniqueOrThrow({ where: { id: appId } });
  const problem = await problemOf(domain, app, change);
  if (problem) return problem;
  const row = Object.entries(asRow({ ...endpoint, ...change })).filter(([name]) => name in change);
  const data: Partial<EndpointRow> = Object.fromEntries(row);
  return domain.transaction(async (tx) => {
    const before = await lockedEndpoint(tx, id);
    if (!before) return { kind: 'notFound' };
    const changed = await tx.webhookEndpoint.update({ where: { id }, data });
    return { kind: 'done', endpoint: changed.url === before.url ? changed : await beginAnew(domain, tx, id) };
  });
}

/** Makes a new secret; the one that there is signs as well until the overlap is over. */
export async function rotateSecret(
  domain: Partners,
  { id }: WebhookEndpoint,
  overlapHours: number,
): Promise<(Done & { readonly secret: string }) | Problem | NotFound> {
  if (overlapHours < 0 || overlapHours > mostOverlapHours)
    return invalid('overlapHours', `0 to ${mostOverlapHours} hours.`);
  const { text, sealed } = newSecret(keyringOf(domain), id);
  return domain.transaction(async (tx) => {
    const before = await lockedEndpoint(tx, id);
    if (!before) return { kind: 'notFound' };
    const endpoint = await tx.webhookEndpoint.update({
      where: { id },
      data: {
        ...sealed,
        oldSecret: before.secret,
        oldWrappedKey: before.wrappedKey,
        oldSecretUntil: new Date(domain.clock().getTime() + overlapHours * hourMs),
      },
    });
    return { kind: 'done', endpoint, secret: text };
  });
}

/** Enables or disables an endpoint. An enabled one begins anew. */
export async function setEndpointState(
  domain: Partners,
  { id }: Pick<WebhookEndpoint, 'id'>,
  state: 'ACTIVE' | 'DISABLED',
): Promise<Done | NotFound> {
  return domain.transaction(async (tx) => {
    const before = await lockedEndpoint(tx, id);
    if (!before) return { kind: 'notFound' };
    if (before.state === state) return { kind: 'done', endpoint: before };
    const off = state === 'DISABLED';
    const data = { state, disabledBecause: off ? 'BY_PARTNER' : null, disabledAt: off ? domain.clock() : null };
    const endpoint = await tx.webhookEndpoint.update({ where: { id }, data });
    return { kind: 'done', endpoint: off ? endpoint : await beginAnew(domain, tx, id) };
  });
}

/** Forgets what a locked endpoint has failed at, also in calls that are under way, and has sent what waits. */
async function beginAnew(domain: Partners, tx: Tx, id: string): Promise<WebhookEndpoint> {
  const now = domain.clock();
  const endpoint = await tx.webhookEndpoint.update({ where: { id }, data: { failingSince: null, pausedUntil: null } });
  await takeBackUnderWay(tx, now, id, {});
  await tx.webhookLane.updateMany({ where: { endpointId: id, leased: false }, data: { nextAt: now } });
  return endpoint;
}

type EndpointRow = ReturnType<typeof asRow>;
const asRow = ({ url, eventTypes, storeIds, payloadVersion }: EndpointSettings) => ({
  url: new URL(url).href,
  eventTypes: [...new Set(eventTypes)],
  storeIds: [...new Set(storeIds.map((id) => id.toLowerCase()))],
  payloadVersion,
});

/** What is wrong with the settings that are named. */
async function problemOf(
  domain: Partners,
  app: Pick<App, 'scopes'>,
  { url, eventTypes, storeIds = [] }: Partial<EndpointSettings>,
): Promise<Problem | undefined> {
  if (eventTypes?.length === 0) return invalid('eventTypes', 'Name at least one.');
  const missing = eventTypes?.map(typeNamed).find((type) => type && !app.scopes.includes(type.scope));
  if (missing) return invalid('eventTypes', `The app lacks the scope ${missing.scope} that ${missing.name} needs.`);
  if (storeIds.length > mostStores) return invalid('storeIds', `${mostStores} stores at most.`);
  if (!storeIds.every(isId)) return invalid('storeIds', 'They must be ids of stores.');
  if (url === undefined) return undefined;
  try {
    await checkTarget(url, domain.config['WEBHOOK_TARGETS'] as Reach);
    return undefined;
  } catch (error) {
    if (!(error instanceof ForbiddenTarget)) throw error;
    return invalid('url', error.message);
  }
}
