import { z } from 'zod';
import { hasContract } from '#platform/outward/hasContract.ts';
import { outwardOf } from '#platform/outward/outwardOf.ts';
import { piiConfig } from '#platform/pii/domainKeyring.ts';
import { counterparts } from '#schema/counterparts.ts';
import type { Notifications } from './context.ts';
import type { Mail } from './mail/mail.ts';
import { smtpMail } from './mail/smtpMail.ts';
import { pushGateway, smsGateway } from './texting/httpTexting.ts';
import type { Texting } from './texting/texting.ts';

const texting = {
  TEXTING_URL: z
    .union([z.url(), z.literal('')])
    .default('')
    .describe(
      'base address of the gateway of text messages and notifications, without a slash at the end; empty without a contract: nobody is told by these',
    ),
  TEXTING_API_KEY: z.string().default('').describe('API key for the gateway of text messages and notifications'),
};

export const config = z.object({
  ...texting,
  ...piiConfig,
  SMTP_URL: z
    .url({ protocol: /^smtps?$/ })
    .describe('mail server, as smtp://host:port or smtps://host:port (TLS from the first byte), without a password'),
  SMTP_USERNAME: z.string().min(1).default('notifications').describe('user at the mail server'),
  SMTP_PASSWORD: z.string().min(1).describe('password of SMTP_USERNAME at the mail server'),
  SMTP_STARTTLS: z
    .enum(['required', 'off'])
    .default('required')
    .describe('whether an smtp:// server must offer STARTTLS; off only for a server on the same machine'),
  MAIL_FROM: z.string().min(3).describe('sender of e-mails, such as Dr. Burger <orders@example.com>'),
  MESSAGES_SECONDS: z.coerce
    .number()
    .positive()
    .default(1)
    .describe('time between two looks for messages that are to be sent'),
});

export const mailOf = (domain: Notifications): Mail => {
  const settings = domain.config as z.output<typeof config>;
  return smtpMail({
    url: new URL(settings.SMTP_URL),
    username: settings.SMTP_USERNAME,
    password: settings.SMTP_PASSWORD,
    startTls: settings.SMTP_STARTTLS === 'required',
    from: settings.MAIL_FROM,
    outward: outwardOf(domain, counterparts.mailServer),
  });
};

/** By which media customers are told: e-mails always, the others with a contract. */
export interface Media {
  readonly EMAIL: Mail;
  readonly SMS?: Texting;
  readonly PUSH?: Texting;
}
export type Medium = keyof Media;
export const mediumNames: readonly Medium[] = ['EMAIL', 'SMS', 'PUSH'];

export function mediaOf(domain: Notifications): Media {
  const settings = domain.config as z.output<typeof config>;
  const EMAIL = mailOf(domain);
  if (!hasContract(settings, 'TEXTING_URL', 'TEXTING_API_KEY')) return { EMAIL };
  const gateway = {
    url: settings.TEXTING_URL,
    apiKey: settings.TEXTING_API_KEY,
    outward: outwardOf(domain, counterparts.textingGateway),
  };
  return { EMAIL, SMS: smsGateway(gateway), PUSH: pushGateway(gateway) };
}

/** The media by which messages are written down. */
export const mediaWith = (domain: Notifications): readonly Medium[] =>
  (domain.config as z.output<typeof config>).TEXTING_URL === '' ? ['EMAIL'] : ['EMAIL', 'SMS', 'PUSH'];

export const secondsBetweenLooks = (domain: Notifications): number =>
  (domain.config as z.output<typeof config>).MESSAGES_SECONDS;
