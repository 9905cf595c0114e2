/** An e-mail that is ready to be sent. */
export interface Email {
  /** Unique for ever: mail programs show two with the same id once. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/**
 * What became of an attempt. `sent`: the server has taken the message. `bounced`: it says that there is no such
 * address. `refused`: it will not take this message. `later`: it certainly has not taken the message, and may later.
 * `uncertain`: the connection was lost after the message had begun to flow, so it may have been taken.
 */
export type MailOutcome = 'sent' | 'bounced' | 'refused' | 'later' | 'uncertain';

/** The port by which e-mails leave. It never throws; `reason` is for the log, and holds nothing personal. */
export interface Mail {
  send(email: Email): Promise<{ readonly outcome: MailOutcome; readonly reason?: string }>;
}
