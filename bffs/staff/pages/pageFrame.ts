import { element, setText } from '#bffs/pages/element.ts';
import type { StaffTexts } from './staffTexts.ts';

export { element, setText };

/** `unset`: nobody has signed in. `refused`: trying again cannot help. */
export type PageStatus = 'unset' | 'connecting' | 'live' | 'reconnecting' | 'refused';

/** Why the page asks somebody to sign in. `notEnrolled` comes with the code that a manager enters in the office. */
export type SetupReason =
  'noToken' | 'badToken' | 'noStore' | 'chooseStore' | 'noStores' | 'notAllowed' | 'notEnrolled';

export interface FrameActions {
  /** Sends the browser to the identity provider; undefined where the channel names none. */
  readonly signIn?: () => Promise<void>;
  readonly signOut: () => void;
  /** Takes a token that somebody has pasted. */
  readonly use: (token: string) => void;
}

/**
 * The frame of every page of staff: the head with the store and its clock, the foot with the state of the
 * connection, and the form to sign in. The page itself fills `<main>`, and may put tools of its own into `tools`.
 */
export class PageFrame {
  readonly #texts: StaffTexts;
  readonly #store = element('p', { id: 'store' });
  readonly #clock = element('p', { id: 'clock' });
  readonly #status = element('p', { id: 'status', role: 'status' });
  readonly #reason = element('p', { id: 'setup-reason' });
  readonly #token: HTMLInputElement;
  readonly #form: HTMLFormElement;
  readonly #signOut: HTMLButtonElement;
  readonly #code = element('p', { id: 'code', hidden: '' });
  readonly #choice = element('ul', { class: 'rows', id: 'store-choice', hidden: '' });
  /** Whether there is somebody who can sign out: not on a screen that is enrolled itself. */
  isPerson = false;
  /** Where the page puts its own buttons, in the head. */
  readonly tools = element('div', { id: 'tools' });
  /** Says to screen readers what has just happened. */
  readonly announcer = element('p', { class: 'unseen', 'aria-live': 'polite', id: 'announcer' });
  #canSignIn = false;
  #timeZone: string | undefined;
  #aheadMs = 0;

  constructor(title: string, texts: StaffTexts, { signIn, signOut, use }: FrameActions) {
    this.#texts = texts;
    document.documentElement.lang = texts.language;
    this.#token = element('input', { id: 'token', type: 'password', autocomplete: 'off', required: '' });
    this.#form = element(
      'form',
      { id: 'setup', 'aria-labelledby': 'setup-title', hidden: '' },
      element('h2', { id: 'setup-title' }, texts.setup),
      this.#reason,
      this.#code,
      this.#choice,
      ...(signIn ? [signInButton(texts, signIn, this.#reason)] : []),
      element('label', { for: 'token' }, signIn ? texts.orToken : texts.token),
      this.#token,
      element('button', signIn ? {} : { class: 'primary' }, signIn ? texts.useToken : texts.use),
    );
    this.#canSignIn = signIn !== undefined;
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      use(this.#token.value.trim().replace(/^Bearer /i, ''));
      this.#token.value = '';
    });
    this.#signOut = element('button', { id: 'sign-out', type: 'button', hidden: '' }, texts.signOut);
    this.#signOut.addEventListener('click', signOut);
    document.body.prepend(
      element(
        'header',
        {},
        element('h1', {}, element('span', { class: 'mark', 'aria-hidden': 'true' }), title),
        this.#store,
        this.tools,
        this.#clock,
      ),
    );
    document.body.append(element('footer', {}, this.#status, this.announcer, this.#signOut), this.#form);
    setInterval(() => this.#showClock(), 1_000);
    this.#showClock();
    this.status('connecting');
  }

  store({ name, timeZone }: { readonly name: string; readonly timeZone: string }): void {
    // The chain's own name is shown in front of the store's name.
    setText(this.#store, name.replace(/^Dr\. Burger /, ''));
    this.#timeZone = timeZone;
    this.#showClock();
  }

  /** By how much the server's clock is ahead of this device's, which may be wrong. */
  serverTime(at: Date | undefined): void {
    if (at) this.#aheadMs = at.getTime() - Date.now();
  }

  /** Now, by the server's clock. */
  now = (): Date => new Date(Date.now() + this.#aheadMs);

  /** The time of day at the store. */
  time(at: Date): string {
    return at.toLocaleTimeString(this.#texts.language === 'de' ? 'de-DE' : 'en-GB', {
      hour: '2-digit',
      minute: '2-digit',
      timeZone: this.#timeZone,
    });
  }

  /** The day and the time of day at the store. */
  dayAndTime(at: Date): string {
    const locale = this.#texts.language === 'de' ? 'de-DE' : 'en-GB';
    const day = at.toLocaleDateString(locale, { day: 'numeric', month: 'short', timeZone: this.#timeZone });
    return `${day}, ${this.time(at)}`;
  }

  status(status: PageStatus, since = new Date()): void {
    const { unset, connecting, live, reconnecting, refused } = this.#texts;
    document.body.dataset['status'] = status;
    const text = {
      unset: () => unset,
      connecting: () => connecting,
      live: () => live,
      reconnecting: () => reconnecting(this.time(since)),
      refused: () => refused(this.time(since)),
    }[status]();
    setText(this.#status, text);
  }

  /** Shows the form for a token, with the reason; without a reason it hides the form, because the token is good. */
  askForToken(reason?: SetupReason, code?: string): void {
    const wasHidden = this.#form.hidden;
    this.#form.hidden = reason === undefined;
    this.#signOut.hidden = !this.isPerson;
    if (reason === undefined) return;
    setText(this.#reason, this.#texts[this.#canSignIn && reason === 'noToken' ? 'nobody' : reason]);
    this.#choice.hidden = reason !== 'chooseStore';
    this.#code.hidden = code === undefined;
    setText(this.#code, code ?? '');
    if (wasHidden) (this.#form.querySelector<HTMLElement>('#sign-in') ?? this.#token).focus();
  }

  /** Offers the page of each of these stores, for whom `askForToken('chooseStore')` asks which. */
  offerStores(stores: readonly { readonly id: string; readonly name: string }[]): void {
    // It is offered again and again: what somebody is about to press stays where it is.
    if (this.#choice.childElementCount === stores.length) return;
    const address = new URL(location.href);
    address.hash = '';
    this.#choice.replaceChildren(
      ...stores.map(({ id, name }) => {
        address.searchParams.set('store', id);
        return element('li', {}, element('a', { href: address.href }, name));
      }),
    );
  }

  #showClock(): void {
    setText(this.#clock, this.time(this.now()));
  }
}

/** The button that leads to the identity provider. If that cannot be reached, it says so, and can be pressed again. */
function signInButton(texts: StaffTexts, signIn: () => Promise<void>, reason: HTMLElement): HTMLButtonElement {
  const button = element('button', { id: 'sign-in', type: 'button', class: 'primary' }, texts.use);
  button.addEventListener('click', () => {
    button.disabled = true;
    signIn().catch(() => {
      button.disabled = false;
      setText(reason, texts.noProvider);
    });
  });
  return button;
}
