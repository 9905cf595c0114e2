import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerAuthentication } from 'smtp-server';
import { isSameSecret } from '../requests.ts';
import { TextingGateway, type ReceivedText } from '../textingGateway/textingGateway.ts';

/** An e-mail that the mailbox has taken. */
export interface ReceivedMail {
  readonly messageId: string;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly at: string;
}

export interface MailboxOptions {
  readonly host?: string;
  /** Ports of SMTP and of the page; 0 for free ones. */
  readonly smtpPort: number;
  readonly pagePort: number;
  /** The password that senders must know; any user name will do. */
  readonly password: string;
  /** What callers of the gateway of short messages must send; it is closed without one. */
  readonly textingKey?: string;
}

export interface Mailbox {
  readonly smtpUrl: string;
  readonly pageUrl: string;
  /** The newest mails, the newest last. */
  mails(): readonly ReceivedMail[];
  /**
   * Has the server refuse a recipient's address (`address`), or the end of a message (`message`), or not answer it
   * (`lost`: it takes the message and drops the connection), or say nothing to an address until `answerHeld` (`held`),
   * the given number of times.
   */
  fail(fault: {
    readonly at: 'address' | 'message' | 'lost' | 'held';
    readonly code?: number;
    readonly times: number;
  }): void;
  /** Takes the addresses to which nothing was said. */
  answerHeld(): void;
  /** The gateway of text messages and notifications, whose API is beside the page. */
  readonly texting: TextingGateway | undefined;
  close(): Promise<void>;
}

/** Older mails are forgotten, so that a system that runs for weeks does not fill the memory. */
const mostMails = 1_000;

/** A mail server that delivers nothing: it keeps in memory what it takes, and shows it on a page and as JSON. */
export async function startMailbox(options: MailboxOptions): Promise<Mailbox> {
  const { host = '127.0.0.1', password } = options;
  const kept: ReceivedMail[] = [];
  let faults: { at: string; code: number; times: number }[] = [];
  const held: (() => void)[] = [];
  const takeFault = (at: string): number | undefined => {
    const fault = faults.find((each) => each.at === at && each.times > 0);
    if (fault) fault.times -= 1;
    return fault?.code;
  };
  const smtp = new SMTPServer({
    // It speaks within one machine, without certificates, so it takes the password without TLS.
    hideSTARTTLS: true,
    allowInsecureAuth: true,
    closeTimeout: 100,
    onAuth: (auth: SMTPServerAuthentication, _session, done) =>
      isSameSecret(auth.password ?? '', password)
        ? done(null, { user: auth.username })
        : done(answer(535, 'Wrong password')),
    onRcptTo: (_address, _session, done) => {
      const code = takeFault('address');
      if (takeFault('held') !== undefined) held.push(done);
      else done(code ? answer(code, 'The address is refused') : null);
    },
    onData: (stream, session, done) => {
      simpleParser(stream).then((parsed) => {
        const code = takeFault('message');
        if (code) return done(answer(code, 'The message is refused'));
        kept.push({
          messageId: parsed.messageId ?? '',
          from: parsed.from?.text ?? '',
          to: session.envelope.rcptTo.map(({ address }) => address).join(', '),
          subject: parsed.subject ?? '',
          text: parsed.text ?? '',
          html: parsed.html || '',
          at: new Date().toISOString(),
        });
        if (kept.length > mostMails) kept.shift();
        if (takeFault('lost') !== undefined) return dropAll(smtp);
        done();
      }, done);
    },
  });
  // A client that goes away in the middle is no fault of the mailbox.
  smtp.on('error', () => undefined);
  await new Promise<void>((listening) => smtp.listen(options.smtpPort, host, () => listening()));
  const texting = options.textingKey === undefined ? undefined : new TextingGateway(options.textingKey);
  const page = createServer((request, response) => {
    if (texting && request.url?.startsWith('/v1/'))
      texting.respond(request, response).catch(() => response.writeHead(500).end());
    else show(request.url ?? '/', kept, texting?.taken ?? [], response);
  });
  page.listen(options.pagePort, host);
  await once(page, 'listening');
  return {
    smtpUrl: `smtp://${host}:${(smtp.server.address() as AddressInfo).port}`,
    pageUrl: `http://${host}:${(page.address() as AddressInfo).port}`,
    mails: () => kept,
    texting,
    fail: ({ at, code = 0, times }) => (faults = [...faults.filter((each) => each.times > 0), { at, code, times }]),
    answerHeld() {
      for (const done of held.splice(0)) done();
    },
    async close() {
      page.closeAllConnections();
      await Promise.all([
        new Promise<void>((closed) => page.close(() => closed())),
        new Promise<void>((closed) => smtp.close(() => closed())),
      ]);
    },
  };
}

function dropAll(smtp: SMTPServer): void {
  for (const connection of (smtp as unknown as { connections: Set<{ _socket: { destroy(): void } }> }).connections)
    connection._socket.destroy();
}

const answer = (responseCode: number, message: string): Error => Object.assign(new Error(message), { responseCode });

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (character) => escapes[character]!);

/** `/` is for people, `/mails.json` for programs; both begin with the newest. */
function show(
  url: string,
  kept: readonly ReceivedMail[],
  texts: readonly ReceivedText[],
  response: ServerResponse,
): void {
  const newestFirst = [...kept].reverse();
  if (url === '/mails.json')
    return void response.setHeader('content-type', 'application/json').end(JSON.stringify(newestFirst));
  if (url === '/messages.json')
    return void response.setHeader('content-type', 'application/json').end(JSON.stringify([...texts].reverse()));
  if (url !== '/') return void response.writeHead(404).end();
  const mails = newestFirst.map(
    ({ to, subject, at, html }) => `<article><h2>${escaped(subject)}</h2><p>to ${escaped(to)}, ${at}</p>
<iframe sandbox title="${escaped(subject)}" srcdoc="${escaped(html)}" width="640" height="320"></iframe></article>`,
  );
  const short = [...texts]
    .reverse()
    .map(({ medium, to, text, at }) => `<p>${medium} to ${escaped(to)}, ${at}: ${escaped(text)}</p>`);
  response
    .setHeader('content-type', 'text/html; charset=utf-8')
    .end(
      `<!doctype html><html lang="en"><title>Mailbox</title><h1>Mailbox</h1>${mails.join('\n') || '<p>No mail yet.</p>'}<h1>Text messages and notifications</h1>${short.join('\n') || '<p>None yet.</p>'}`,
    );
}
