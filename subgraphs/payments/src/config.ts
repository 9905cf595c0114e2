import { z } from 'zod';
import { outwardOf } from '#platform/outward/outwardOf.ts';
import { counterparts } from '#schema/counterparts.ts';
import type { Payments } from './context.ts';
import { httpPaymentProvider } from './provider/httpPaymentProvider.ts';
import type { PaymentProvider } from './provider/paymentProvider.ts';

export const config = z.object({
  PAYMENT_PROVIDER_URL: z.url().describe('base address of the payment provider, without a slash at the end'),
  PAYMENT_PROVIDER_API_KEY: z.string().min(16).describe('API key for the payment provider'),
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
  PAYMENT_SWEEP_SECONDS: z.coerce
    .number()
    .positive()
    .default(15)
    .describe('time between two runs of the sweep for payments without an outcome'),
});

const settingsOf = (domain: Payments) => domain.config as z.output<typeof config>;

export const providerOf = (domain: Payments): PaymentProvider => {
  const settings = settingsOf(domain);
  return httpPaymentProvider({
    url: settings.PAYMENT_PROVIDER_URL,
    apiKey: settings.PAYMENT_PROVIDER_API_KEY,
    outward: outwardOf(domain, {
      ...counterparts.paymentProvider,
      timeoutMs: settings.PAYMENT_PROVIDER_TIMEOUT_MILLISECONDS,
      tryMs: settings.PAYMENT_PROVIDER_TIMEOUT_MILLISECONDS,
    }),
  });
};

export const sweepOf = (domain: Payments): { patienceSeconds: number; everySeconds: number } => {
  const settings = settingsOf(domain);
  return { patienceSeconds: settings.PAYMENT_INTENT_PATIENCE_SECONDS, everySeconds: settings.PAYMENT_SWEEP_SECONDS };
};
