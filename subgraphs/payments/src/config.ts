import { z } from 'zod';
import type { Payments } from './context.ts';
import { httpPaymentProvider } from './provider/httpPaymentProvider.ts';
import type { PaymentProvider } from './provider/paymentProvider.ts';

export const config = z.object({
  /** Of the payment provider, without a slash at the end. */
  PAYMENT_PROVIDER_URL: z.url(),
  PAYMENT_PROVIDER_API_KEY: z.string().min(16),
  /** For all tries of one call together. Callers wait 5 s for us. */
  PAYMENT_PROVIDER_TIMEOUT_MILLISECONDS: z.coerce.number().int().min(50).max(60_000).default(4_000),
  /** How long an intent may wait for its caller to come back, before its outcome is found out without it. */
  PAYMENT_INTENT_PATIENCE_SECONDS: z.coerce.number().min(0).default(30),
  /** Between two looks for such intents. */
  PAYMENT_SWEEP_SECONDS: z.coerce.number().positive().default(15),
});

const settingsOf = (domain: Payments) => domain.config as z.output<typeof config>;

export const providerOf = (domain: Payments): PaymentProvider => {
  const settings = settingsOf(domain);
  return httpPaymentProvider({
    url: settings.PAYMENT_PROVIDER_URL, apiKey: settings.PAYMENT_PROVIDER_API_KEY, timeoutMilliseconds: settings.PAYMENT_PROVIDER_TIMEOUT_MILLISECONDS,
  });
};

export const sweepOf = (domain: Payments): { patienceSeconds: number; everySeconds: number } => {
  const settings = settingsOf(domain);
  return { patienceSeconds: settings.PAYMENT_INTENT_PATIENCE_SECONDS, everySeconds: settings.PAYMENT_SWEEP_SECONDS };
};
