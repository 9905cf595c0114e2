import type { MailOutcome } from '../mail/mail.ts';

/** A text message or a notification of the app that is ready to be sent. */
export interface ShortMessage {
  /** The same on every try: whoever sends it does so once for each id. */
  readonly id: string;
  /** A phone number in E.164 form, or the customer's id, by which the app signs devices in at the push service. */
  readonly to: string;
  readonly title: string;
  readonly text: string;
}

/**
 * The port by which short messages leave. It never throws; `reason` is for the log, and holds nothing personal. The
 * outcomes are those of e-mails, but for `uncertain`: a message whose answer was lost is sent again under its id.
 */
export interface Texting {
  send(
    message: ShortMessage,
  ): Promise<{ readonly outcome: Exclude<MailOutcome, 'uncertain'>; readonly reason?: string }>;
}
