import { channels } from '#schema/channels.ts';
import {
  deliveryPartnersOffset,
  loyaltyPartnerOffset,
  mailboxOffset,
  providerOffset,
  smtpOffset,
  supplierOffset,
} from './ports.ts';
import { addressOf } from './serviceSettings.ts';

/**
 * Where the development profile finds the sandbox's counterparts, and browsers the pictures of the menu. Production has
 * no such defaults: it does not start until the settings name a payment provider and a mail server.
 * @param scheme what the channels speak
 */
export const sandboxDefaults = (
  base: number,
  template: string,
  scheme: 'http' | 'https' = 'http',
): Readonly<Record<string, string>> => ({
  PAYMENT_PROVIDER_URL: addressOf(template, 'provider', base + providerOffset),
  PAYMENT_KASSA_URL: `${addressOf(template, 'provider', base + providerOffset)}/kassa`,
  // One country, so that both providers can be tried.
  PAYMENT_KASSA_FOR: 'GB',
  DELIVERY_VELO_URL: `${addressOf(template, 'delivery-partners', base + deliveryPartnersOffset)}/velo`,
  DELIVERY_STADTBOTE_URL: `${addressOf(template, 'delivery-partners', base + deliveryPartnersOffset)}/stadtbote`,
  TEXTING_URL: addressOf(template, 'mailbox', base + mailboxOffset),
  LOYALTY_PARTNER_URL: addressOf(template, 'loyalty-partner', base + loyaltyPartnerOffset),
  SUPPLIER_URL: addressOf(template, 'supplier', base + supplierOffset),
  SMTP_URL: addressOf(template, 'mailbox', base + smtpOffset).replace(/^https?:/, 'smtp:'),
  MENU_IMAGE_BASE_URL: `${scheme}://localhost:${base + (channels.find(({ name }) => name === 'web')?.port ?? 0)}/images`,
  SMTP_STARTTLS: 'off',
  // A partner's developer tries receivers on this machine.
  WEBHOOK_TARGETS: 'any',
  MAIL_FROM: 'Dr. Burger <orders@drburger.example>',
});
