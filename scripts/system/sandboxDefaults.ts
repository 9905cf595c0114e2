import { providerOffset, smtpOffset } from './ports.ts';
import { addressOf } from './serviceSettings.ts';

/**
 * Where the development profile finds the sandbox's counterparts. Production has no such defaults: it does not start
 * until the settings name a payment provider and a mail server.
 */
export const sandboxDefaults = (base: number, template: string): Readonly<Record<string, string>> => ({
  PAYMENT_PROVIDER_URL: addressOf(template, 'provider', base + providerOffset),
  SMTP_URL: addressOf(template, 'mailbox', base + smtpOffset).replace(/^https?:/, 'smtp:'),
  SMTP_STARTTLS: 'off',
  MAIL_FROM: 'Dr. Burger <orders@drburger.example>',
});
