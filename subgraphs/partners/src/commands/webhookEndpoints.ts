import type { App, WebhookEndpoint } from '#generated/partners/prisma/client.ts';
import { isId } from '#platform/domain/id.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { keyringOf } from '#platform/pii/domainKeyring.ts';
import type { Partners } from '../context.ts';
import { partnerOf } from '../ownership.ts';
import { typeNamed } from '../webhooks/eventTypes.ts';
import { newSecret } from '../webhooks/secret.ts';
import { checkTarget, ForbiddenTarget, type Reach } from '../webhooks/target.ts';

export interface Problem {
  readonly kind: 'invalid';
  readonly field: string;
  readonly message: string;
}
interface NotFound {
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

/** Changes an endpoint. What waits is sent by the new settings. */
export async function changeEndpoint(
  domain: Partners,
  endpoint: WebhookEndpoint,
  change: Partial<EndpointSettings>,
): Promise<Done | Problem> {
  const { url, eventTypes, storeIds, payloadVersion } = { ...endpoint, ...change };
  const settings = { url, eventTypes, storeIds, payloadVersion };
  const app = await domain.db.app.findUniqueOrThrow({ where: { id: endpoint.appId } });
  const problem = await problemOf(domain, app, settings);
  if (problem) return problem;
  const data = asRow(settings);
  return { kind: 'done', endpoint: await domain.db.webhookEndpoint.update({ where: { id: endpoint.id }, data }) };
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
    await tx.$queryRaw`SELECT 1 FROM "webhook_endpoint" WHERE "id" = ${id}::uuid FOR UPDATE`;
    const before = await tx.webhookEndpoint.findUnique({ where: { id } });
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

/** Enables or disables an endpoint. An enabled one begins anew: what failed before counts no more. */
export async function setEndpointState(
  domain: Partners,
  { id, state: before }: WebhookEndpoint,
  state: 'ACTIVE' | 'DISABLED',
): Promise<Done> {
  if (state === before)
    return { kind: 'done', endpoint: await domain.db.webhookEndpoint.findUniqueOrThrow({ where: { id } }) };
  return domain.transaction(async (tx) => {
    const off = state === 'DISABLED';
    const endpoint = await tx.webhookEndpoint.update({
      where: { id },
      data: {
        state,
        disabledBecause: off ? 'BY_PARTNER' : null,
        disabledAt: off ? domain.clock() : null,
        failingSince: null,
        pausedUntil: null,
      },
    });
    if (!off)
      await tx.webhookLane.updateMany({ where: { endpointId: id, leased: false }, data: { nextAt: domain.clock() } });
    return { kind: 'done', endpoint };
  });
}

const asRow = ({ url, eventTypes, storeIds, payloadVersion }: EndpointSettings) => ({
  url: new URL(url).href,
  eventTypes: [...new Set(eventTypes)],
  storeIds: [...new Set(storeIds.map((id) => id.toLowerCase()))],
  payloadVersion,
});

async function problemOf(
  domain: Partners,
  app: Pick<App, 'scopes'>,
  { url, eventTypes, storeIds }: EndpointSettings,
): Promise<Problem | undefined> {
  if (eventTypes.length === 0) return invalid('eventTypes', 'Name at least one.');
  const missing = eventTypes.map(typeNamed).find((type) => type && !app.scopes.includes(type.scope));
  if (missing) return invalid('eventTypes', `The app lacks the scope ${missing.scope} that ${missing.name} needs.`);
  if (storeIds.length > mostStores) return invalid('storeIds', `${mostStores} stores at most.`);
  if (!storeIds.every(isId)) return invalid('storeIds', 'They must be ids of stores.');
  try {
    await checkTarget(url, domain.config['WEBHOOK_TARGETS'] as Reach);
    return undefined;
  } catch (error) {
    if (!(error instanceof ForbiddenTarget)) throw error;
    return invalid('url', error.message);
  }
}
