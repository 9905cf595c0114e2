import { Readable } from 'node:stream';
import MailComposer from 'nodemailer/lib/mail-composer/index.js';
import SMTPConnection from 'nodemailer/lib/smtp-connection/index.js';
import { CounterpartUnavailable, NoAnswer, type Outward } from '#platform/outward/outward.ts';
import type { Email, Mail, MailOutcome } from './mail.ts';

export interface SmtpServer {
  readonly url: URL;
  readonly username: string;
  readonly password: string;
  /** Whether a server at smtp:// must offer STARTTLS. */
  readonly startTls: boolean;
  readonly from: string;
  /** How the server is called. Its time-out must be longer than all of `patience` together. */
  readonly outward: Outward;
}

const patience = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000, dnsTimeout: 10_000 };

/**
 * E-mails by SMTP, each on a connection of its own. It speaks with the server by `SMTPConnection`, since only there can
 * be seen whether the message had begun to flow when a connection was lost: up to then another try is safe.
 */
export const smtpMail = (server: SmtpServer): Mail => ({
  async send(email) {
    const message = await new MailComposer({
      messageId: `<${email.id}@${domainOf(server.from)}>`,
      from: server.from,
      to: email.to,
      subject: email.subject,
      text: email.text,
      html: email.html,
      headers: { 'auto-submitted': 'auto-generated' },
    })
      .compile()
      .build();
    const flow = new Flow(message);
    try {
      await server.outward.call(() => deliver(server, email, flow).catch(asMissed), { idempotent: false });
      return { outcome: 'sent' };
    } catch (error) {
      if (!(error instanceof CounterpartUnavailable)) return judged(error as SMTPConnection.SMTPError, flow.begun);
      if (error.why === 'failed')
        return judged((error.cause as NoAnswer).cause as SMTPConnection.SMTPError, flow.begun);
      // A connection whose time is over may still go on.
      return { outcome: error.why === 'late' ? 'uncertain' : 'later', reason: error.message };
    }
  },
});

/** A server that refuses has answered; one that has no code for it has not. */
function asMissed(error: SMTPConnection.SMTPError): never {
  throw error.responseCode ? error : new NoAnswer('the mail server gave no answer', true, { cause: error });
}

/** The bytes of a message, and whether anybody has begun to read them. */
class Flow extends Readable {
  begun = false;
  readonly #message: Buffer;

  constructor(message: Buffer) {
    super();
    this.#message = message;
  }

  override _read(): void {
    this.begun = true;
    this.push(this.#message);
    this.push(null);
  }
}

/** @throws SMTPError */
async function deliver({ url, username, password, startTls, from }: SmtpServer, { to }: Email, flow: Flow) {
  const secure = url.protocol === 'smtps:';
  const connection = new SMTPConnection({
    host: url.hostname,
    port: Number(url.port || (secure ? 465 : 587)),
    secure,
    requireTLS: !secure && startTls,
    ignoreTLS: !secure && !startTls,
    ...patience,
  });
  try {
    await new Promise<void>((resolve, reject) => {
      const next = (then: () => void) => (error?: Error | null) => (error ? reject(error) : then());
      connection.once('error', reject);
      connection.connect(
        next(() =>
          connection.login(
            { credentials: { user: username, pass: password } },
            next(() => connection.send({ from: addressIn(from), to }, flow, next(resolve))),
          ),
        ),
      );
    });
    connection.quit();
  } finally {
    // An error that comes after the outcome is known is of no interest, but must be heard.
    connection.on('error', () => undefined);
    connection.close();
  }
}

function judged(error: SMTPConnection.SMTPError, begun: boolean): { outcome: MailOutcome; reason: string } {
  const { responseCode = 0, command = '', code = '' } = error;
  const reason = [code, command, responseCode || ''].filter(Boolean).join(' ');
  if (responseCode >= 500 && command === 'RCPT TO') return { outcome: 'bounced', reason };
  if (responseCode >= 500 && command === 'DATA') return { outcome: 'refused', reason };
  if (begun && responseCode < 400) return { outcome: 'uncertain', reason };
  return { outcome: 'later', reason };
}

const addressIn = (from: string): string => /<([^>]+)>/.exec(from)?.[1] ?? from;
const domainOf = (from: string): string => addressIn(from).split('@').at(-1) ?? 'localhost';
