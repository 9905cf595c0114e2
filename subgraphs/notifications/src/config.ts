import { z } from 'zod';
import { outwardOf } from '#platform/outward/outwardOf.ts';
import { piiConfig } from '#platform/pii/domainKeyring.ts';
import { counterparts } from '#schema/counterparts.ts';
import type { Notifications } from './context.ts';
import type { Mail } from './mail/mail.ts';
import { smtpMail } from './mail/smtpMail.ts';

export const config = z.object({
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

export const secondsBetweenLooks = (domain: Notifications): number =>
  (domain.config as z.output<typeof config>).MESSAGES_SECONDS;
