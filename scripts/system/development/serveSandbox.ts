import { z } from 'zod';
import { loadSettings, mergeSettings } from '#platform/config/loadSettings.ts';
import { platformSettings } from '#platform/config/settings.ts';
import { createLogger } from '#platform/telemetry/createLogger.ts';
import { startIdentityProvider, type IdentityProviderOptions } from '#sandbox/identityProvider/identityProvider.ts';
import { startMailbox } from '#sandbox/mailbox/mailbox.ts';
import { startDeliveryPartners, type DeliveryPartnersOptions } from '#sandbox/deliveryPartners/deliveryPartners.ts';
import { startLoyaltyPartner, type LoyaltyPartnerOptions } from '#sandbox/loyaltyPartner/loyaltyPartner.ts';
import { startPaymentProvider, type PaymentProviderOptions } from '#sandbox/paymentProvider/paymentProvider.ts';
import { startSupplier, type SupplierOptions } from '#sandbox/supplier/supplier.ts';
import { developmentOnly } from '../checkProfile.ts';
import { dataFolder } from '../dataDir.ts';
import {
  deliveryPartnersOffset,
  identityProviderOffset,
  loyaltyPartnerOffset,
  supplierOffset,
  mailboxOffset,
  providerOffset,
  smtpOffset,
  webhooksOffset,
} from '../ports.ts';
import {
  deliveryPartnerSecretNames,
  kassaSecretNames,
  loyaltyPartnerSecretNames,
  supplierSecretNames,
  secretOptionsOf,
  providerKeyName,
  providerWebhookKeysName,
  secretsNamed,
  smtpPasswordName,
  textingKeyName,
} from '../secrets.ts';
import type { ServeContext } from '../serveContext.ts';
import { simulate } from './simulation.ts';

const providerSettings = z.object({ ...platformSettings.shape, WEBHOOKS_URL: z.url().optional() });

const secretsOfProviders = [providerKeyName, providerWebhookKeysName, ...Object.values(kassaSecretNames)];

function paymentProviders(
  base: number,
  secrets: Readonly<Record<string, string>>,
  webhooksUrl = `http://127.0.0.1:${base + webhooksOffset}`,
): Pick<PaymentProviderOptions, 'apiKey' | 'webhooks' | 'kassa'> {
  const target = (name: string, keys: string) => ({
    url: `${webhooksUrl}/webhooks/${name}`,
    secret: secrets[keys]?.split(',')[0] ?? '',
  });
  return {
    apiKey: secrets[providerKeyName] ?? '',
    webhooks: target('payments', providerWebhookKeysName),
    kassa: {
      apiKey: secrets[kassaSecretNames.own] ?? '',
      webhooks: target('kassa', kassaSecretNames.webhooks),
    },
  };
}

/** Runs the sandbox's payment provider in a process of its own. */
export async function serveProvider(context: ServeContext): Promise<void> {
  const settings = loadSettings(
    mergeSettings(providerSettings, [
      z.object(Object.fromEntries(secretsOfProviders.map((name) => [name, z.string().optional()]))),
    ]),
    context.sources,
  );
  developmentOnly(settings, 'The payment provider of the sandbox is');
  const secrets = await secretsNamed(secretsOfProviders, secretOptionsOf(settings, context));
  const provider = await startPaymentProvider({
    port: settings.PORT_BASE + providerOffset,
    host: settings.HOST,
    dataDir: dataFolder(settings.DATA_DIR, 'provider'),
    ...paymentProviders(settings.PORT_BASE, secrets, settings.WEBHOOKS_URL),
  });
  context.teardown.add('payment provider', () => provider.close());
  context.ready(`payment provider on ${provider.url}`);
}

/** The secrets between the chain and those who move its money and bring its orders. */
export const namesOfPartnersSecrets = (): string[] => [
  ...secretsOfProviders,
  ...secretsOfPartners,
  ...Object.values(loyaltyPartnerSecretNames),
  ...Object.values(supplierSecretNames),
  textingKeyName,
];

const secretsOfPartners = Object.values(deliveryPartnerSecretNames).flatMap(({ own, webhooks }) => [own, webhooks]);

/** Runs the sandbox's delivery partners in a process of their own. */
export async function serveDeliveryPartners(context: ServeContext): Promise<void> {
  const settings = loadSettings(
    mergeSettings(providerSettings, [
      z.object(Object.fromEntries(secretsOfPartners.map((name) => [name, z.string().optional()]))),
    ]),
    context.sources,
  );
  developmentOnly(settings, 'The delivery partners of the sandbox are');
  const partners = await startDeliveryPartners({
    ...deliveryPartnersOptions(
      settings.PORT_BASE,
      settings.DATA_DIR,
      await secretsNamed(secretsOfPartners, secretOptionsOf(settings, context)),
      settings.WEBHOOKS_URL,
    ),
    host: settings.HOST,
  });
  context.teardown.add('delivery partners', () => partners.close());
  context.ready(`delivery partners on ${partners.url}`);
}

/** In development, the couriers of the partners take a step by themselves every so often. */
const usual = { stepSeconds: 15 };

function deliveryPartnersOptions(
  base: number,
  dataDir: string,
  secrets: Readonly<Record<string, string>>,
  webhooksUrl = `http://127.0.0.1:${base + webhooksOffset}`,
): DeliveryPartnersOptions {
  const { velo, stadtbote } = deliveryPartnerSecretNames;
  const target = (name: string, keys: string) => ({
    url: `${webhooksUrl}/webhooks/${name}`,
    secret: secrets[keys]?.split(',')[0] ?? '',
  });
  return {
    port: base + deliveryPartnersOffset,
    dataDir: dataFolder(dataDir, 'delivery-partners'),
    secrets: { velo: secrets[velo.own] ?? '', stadtbote: secrets[stadtbote.own] ?? '' },
    callbacks: { velo: target('velo', velo.webhooks), stadtbote: target('stadtbote', stadtbote.webhooks) },
    usual,
  };
}

/** Runs the sandbox's loyalty partner in a process of its own. */
export async function serveLoyaltyPartner(context: ServeContext): Promise<void> {
  const names = Object.values(loyaltyPartnerSecretNames);
  const settings = loadSettings(
    mergeSettings(providerSettings, [z.object(Object.fromEntries(names.map((name) => [name, z.string().optional()])))]),
    context.sources,
  );
  developmentOnly(settings, 'The loyalty partner of the sandbox is');
  const partner = await startLoyaltyPartner({
    ...loyaltyPartnerOptions(
      settings.PORT_BASE,
      settings.DATA_DIR,
      await secretsNamed(names, secretOptionsOf(settings, context)),
      settings.WEBHOOKS_URL,
    ),
    host: settings.HOST,
  });
  context.teardown.add('loyalty partner', () => partner.close());
  context.ready(`loyalty partner on ${partner.url}`);
}

const loyaltyPartnerOptions = (
  base: number,
  dataDir: string,
  secrets: Readonly<Record<string, string>>,
  webhooksUrl = `http://127.0.0.1:${base + webhooksOffset}`,
): LoyaltyPartnerOptions => ({
  port: base + loyaltyPartnerOffset,
  dataDir: dataFolder(dataDir, 'loyalty-partner'),
  apiKey: secrets[loyaltyPartnerSecretNames.own] ?? '',
  webhooks: {
    url: `${webhooksUrl}/webhooks/loyalty`,
    secret: secrets[loyaltyPartnerSecretNames.webhooks]?.split(',')[0] ?? '',
  },
});

/** Runs the sandbox's supplier in a process of its own. */
export async function serveSupplier(context: ServeContext): Promise<void> {
  const names = Object.values(supplierSecretNames);
  const settings = loadSettings(
    mergeSettings(providerSettings, [z.object(Object.fromEntries(names.map((name) => [name, z.string().optional()])))]),
    context.sources,
  );
  developmentOnly(settings, 'The supplier of the sandbox is');
  const supplier = await startSupplier({
    ...supplierOptions(
      settings.PORT_BASE,
      settings.DATA_DIR,
      await secretsNamed(names, secretOptionsOf(settings, context)),
      settings.WEBHOOKS_URL,
    ),
    host: settings.HOST,
  });
  context.teardown.add('supplier', () => supplier.close());
  context.ready(`supplier on ${supplier.url}`);
}

const supplierOptions = (
  base: number,
  dataDir: string,
  secrets: Readonly<Record<string, string>>,
  webhooksUrl = `http://127.0.0.1:${base + webhooksOffset}`,
): SupplierOptions => ({
  port: base + supplierOffset,
  dataDir: dataFolder(dataDir, 'supplier'),
  apiKey: secrets[supplierSecretNames.own] ?? '',
  webhooks: {
    url: `${webhooksUrl}/webhooks/supplier`,
    secret: secrets[supplierSecretNames.webhooks]?.split(',')[0] ?? '',
  },
  // In development, it sends what was ordered after a while, and the goods arrive after another.
  usual: { stepSeconds: 30 },
});

/** Runs the sandbox's mail server in a process of its own. */
export async function serveMailbox(context: ServeContext): Promise<void> {
  const settings = loadSettings(
    mergeSettings(platformSettings, [
      z.object({ [smtpPasswordName]: z.string().optional(), [textingKeyName]: z.string().optional() }),
    ]),
    context.sources,
  );
  developmentOnly(settings, 'The mailbox of the sandbox is');
  const { [smtpPasswordName]: password = '', [textingKeyName]: textingKey = '' } = await secretsNamed(
    [smtpPasswordName, textingKeyName],
    secretOptionsOf(settings, context),
  );
  const mailbox = await startMailbox({
    ...mailboxPorts(settings.PORT_BASE),
    host: settings.HOST,
    password,
    textingKey,
  });
  context.teardown.add('mailbox', () => mailbox.close());
  context.ready(`mailbox on ${mailbox.pageUrl}, SMTP on ${mailbox.smtpUrl}`);
}

const mailboxPorts = (base: number) => ({ smtpPort: base + smtpOffset, pagePort: base + mailboxOffset });

/** The sandbox within a system in one process. */
export async function startSandbox(
  base: number,
  dataDir: string,
  {
    password,
    partnerSecrets,
    identity,
  }: {
    readonly password: string;
    /** The secrets of `namesOfPartnersSecrets`. */
    readonly partnerSecrets: Readonly<Record<string, string>>;
    /** Undefined if people sign in at another provider. */
    readonly identity?: Pick<IdentityProviderOptions, 'key' | 'audience' | 'pageOrigins'>;
  },
): Promise<{ close(): Promise<void> }> {
  const starting: Promise<{ close(): Promise<void> }>[] = [
    startPaymentProvider({
      port: base + providerOffset,
      dataDir: dataFolder(dataDir, 'provider'),
      ...paymentProviders(base, partnerSecrets),
    }),
    startDeliveryPartners(deliveryPartnersOptions(base, dataDir, partnerSecrets)),
    startLoyaltyPartner(loyaltyPartnerOptions(base, dataDir, partnerSecrets)),
    startSupplier(supplierOptions(base, dataDir, partnerSecrets)),
    startMailbox({ ...mailboxPorts(base), password, textingKey: partnerSecrets[textingKeyName] ?? '' }),
  ];
  if (identity) starting.push(startIdentityProvider({ port: base + identityProviderOffset, ...identity }));
  const started = await Promise.allSettled(starting);
  const close = async (): Promise<void> => {
    for (const each of started) if (each.status === 'fulfilled') await each.value.close();
  };
  const failed = started.find((each) => each.status === 'rejected');
  if (failed) {
    await close();
    throw failed.reason;
  }
  return { close };
}

const simulationSettings = z.object({
  ...platformSettings.shape,
  GATEWAY_URL: z.url().default('http://127.0.0.1:4000/graphql'),
  DELIVERY_URL: z.url().default('http://127.0.0.1:4004/graphql'),
});

/** Runs simulated kitchens and couriers, as clients of a system elsewhere that has the same development secrets. */
export async function serveSimulation(context: ServeContext): Promise<void> {
  const settings = loadSettings(simulationSettings, context.sources);
  developmentOnly(settings, 'The simulation is');
  const stop = await simulate({
    gatewayUrl: settings.GATEWAY_URL,
    deliveryUrl: settings.DELIVERY_URL,
    secretOptions: secretOptionsOf(settings, context),
    log: createLogger({ level: settings.LOG_LEVEL, service: 'simulation' }),
  });
  // The simulation's own timers do not keep the process alive, so this one does.
  const alive = setInterval(() => undefined, 60_000);
  context.teardown.add('simulation', async () => {
    clearInterval(alive);
    await stop();
  });
  context.ready(`simulation against ${settings.GATEWAY_URL}`);
}
