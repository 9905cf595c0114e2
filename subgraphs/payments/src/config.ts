import { z } from 'zod';
import { isId } from '#platform/domain/id.ts';
import type { Counterpart } from '#platform/outward/counterpart.ts';
import { hasContract } from '#platform/outward/hasContract.ts';
import { outwardOf } from '#platform/outward/outwardOf.ts';
import { counterparts } from '#schema/counterparts.ts';
import type { Payments } from './context.ts';
import { httpPaymentProvider } from './provider/httpPaymentProvider.ts';
import { kassaPaymentProvider } from './provider/kassaPaymentProvider.ts';
import type { PaymentProvider } from './provider/paymentProvider.ts';

const listed = (text: string): string[] =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');

export const config = z.object({
  PAYMENT_PROVIDER_URL: z.url().describe('base address of the payment provider, without a slash at the end'),
  PAYMENT_PROVIDER_API_KEY: z.string().min(16).describe('API key for the payment provider'),
  PAYMENT_KASSA_URL: z
    .union([z.url(), z.literal('')])
    .default('')
    .describe('base address of the payment provider Kassa, without a slash at the end; empty without a contract'),
  PAYMENT_KASSA_API_KEY: z.string().default('').describe('API key for the payment provider Kassa'),
  PAYMENT_KASSA_FOR: z
    .string()
    .default('')
    .refine(
      (text) => listed(text).every((each) => /^[A-Z]{2}$/.test(each) || isId(each)),
      'country codes such as GB, and ids of stores, separated by commas',
    )
    .describe(
      'countries (ISO 3166-1 alpha-2) and ids of stores whose payments Kassa takes, separated by commas; all others are for the usual provider',
    ),
  PAYMENT_KASSA_RETURN_URL: z
    .url()
    .default('https://www.drburger.example/orders/{orderId}')
    .describe(
      'where a payer comes back to after their bank has asked them to confirm; {orderId} stands for the id of the order',
    ),
  // Callers of this domain wait for 5 s, so the limit has to be shorter.
  PAYMENT_PROVIDER_TIMEOUT_MILLISECONDS: z.coerce
    .number()
    .int()
    .min(50)
    .max(60_000)
    .default(4_000)
    .describe('how long a call to the payment provider may take, all its retries included'),
  PAYMENT_INTENT_PATIENCE_SECONDS: z.coerce
    .number()
    .min(0)
    .default(30)
    .describe('how long a payment without an outcome waits for its caller to try again before the sweep finishes it'),
  PAYMENT_SETTLEMENT_MINUTES: z.coerce
    .number()
    .positive()
    .default(60)
    .describe('time between two looks for settlement files of days that are over'),
  PAYMENT_SWEEP_SECONDS: z.coerce
    .number()
    .positive()
    .default(15)
    .describe('time between two runs of the sweep for payments without an outcome'),
});

export const settlementEveryMs = (domain: Payments): number => settingsOf(domain).PAYMENT_SETTLEMENT_MINUTES * 60_000;

const settingsOf = (domain: Payments) => domain.config as z.output<typeof config>;

/** The name of a provider, as it stands in the row of a payment. */
export type ProviderName = 'usual' | 'kassa';

/** The provider of a payment. It stays the same for as long as the payment exists, whatever the settings say then. */
export type ProviderOf = (payment: { readonly provider: string }) => PaymentProvider;

export const providerOf =
  (domain: Payments): ProviderOf =>
  ({ provider }) => {
    const settings = settingsOf(domain);
    const timeoutMs = settings.PAYMENT_PROVIDER_TIMEOUT_MILLISECONDS;
    const policy = (counterpart: Counterpart) => outwardOf(domain, { ...counterpart, timeoutMs, tryMs: timeoutMs });
    if (provider !== 'kassa')
      return httpPaymentProvider({
        url: settings.PAYMENT_PROVIDER_URL,
        apiKey: settings.PAYMENT_PROVIDER_API_KEY,
        outward: policy(counterparts.paymentProvider),
      });
    if (!hasContract(settings, 'PAYMENT_KASSA_URL', 'PAYMENT_KASSA_API_KEY'))
      throw new Error('There are payments with Kassa: PAYMENT_KASSA_URL must name it until they are done.');
    return kassaPaymentProvider({
      url: settings.PAYMENT_KASSA_URL,
      apiKey: settings.PAYMENT_KASSA_API_KEY,
      returnUrl: settings.PAYMENT_KASSA_RETURN_URL,
      outward: policy(counterparts.kassa),
    });
  };

/** The provider that pays vendors out: it holds the chain's money. */
export const payoutProviderOf = (domain: Payments): PaymentProvider => providerOf(domain)({ provider: 'usual' });

/** The providers with which there is a contract. */
export const providersOf = (domain: Payments): ProviderName[] =>
  settingsOf(domain).PAYMENT_KASSA_URL === '' ? ['usual'] : ['usual', 'kassa'];

/** The countries and stores whose payments Kassa takes. Empty without a contract. */
export const kassaFor = (domain: Payments): readonly string[] => {
  const settings = settingsOf(domain);
  return settings.PAYMENT_KASSA_URL === '' ? [] : listed(settings.PAYMENT_KASSA_FOR);
};

export const sweepOf = (domain: Payments): { patienceSeconds: number; everySeconds: number } => {
  const settings = settingsOf(domain);
  return { patienceSeconds: settings.PAYMENT_INTENT_PATIENCE_SECONDS, everySeconds: settings.PAYMENT_SWEEP_SECONDS };
};
