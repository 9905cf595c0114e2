import { pageOf } from './paging.ts';
import type { Texts } from './texts.ts';

export interface BoardEntry {
  readonly orderId: string;
  readonly number: number;
}

export interface Board {
  readonly preparing: readonly BoardEntry[];
  readonly ready: readonly BoardEntry[];
}

/** `unset`: the page has no token yet, so it does not know whose board it is. `refused`: trying again cannot help. */
export type BoardStatus = 'unset' | 'connecting' | 'live' | 'reconnecting' | 'refused';

const pageMs = 7_000;
const announcedAtOnce = 6;

const element = <E extends HTMLElement>(selector: string): E => {
  const found = document.querySelector<E>(selector);
  if (!found) throw new Error(`no ${selector}`);
  return found;
};

/** A list of numbers that shows page after page when there are more than fit. */
class NumberList {
  readonly #section: HTMLElement;
  readonly #list: HTMLElement;
  readonly #pages: HTMLElement;
  readonly #items = new Map<string, HTMLElement>();
  #entries: readonly BoardEntry[] = [];
  #page = 0;

  constructor(id: string) {
    this.#section = element(`#${id}`);
    this.#list = element(`#${id} ul`);
    this.#pages = element(`#${id} .pages`);
  }

  show(entries: readonly BoardEntry[], isNew: (entry: BoardEntry) => boolean): void {
    this.#entries = entries;
    for (const entry of entries) {
      if (this.#items.has(entry.orderId)) continue;
      const item = document.createElement('li');
      item.textContent = String(entry.number);
      item.classList.toggle('new', isNew(entry));
      this.#items.set(entry.orderId, item);
    }
    const ids = new Set(entries.map(({ orderId }) => orderId));
    for (const id of [...this.#items.keys()]) if (!ids.has(id)) this.#items.delete(id);
    // A new number is on the first page, which is shown now.
    if (entries.some(isNew)) this.#page = 0;
    this.render();
  }

  turn(): void {
    this.#page += 1;
    this.render();
  }

  render(): void {
    this.#section.classList.toggle('empty', this.#entries.length === 0);
    const digits = Math.max(2, ...this.#entries.map(({ number }) => String(number).length));
    this.#list.style.setProperty('--digits', String(digits));
    const { shown, number, count } = pageOf(this.#entries, this.#capacity(), this.#page);
    this.#pages.textContent = count > 1 ? `${number} / ${count}` : '';
    const items = shown.map(({ orderId }) => this.#items.get(orderId)!);
    // Elements that stay where they are are not touched, so that their animations go on.
    if (items.length !== this.#list.children.length || items.some((item, at) => item !== this.#list.children[at]))
      this.#list.replaceChildren(...items);
  }

  #capacity(): number {
    const { gridTemplateColumns, gridAutoRows } = getComputedStyle(this.#list);
    return (
      gridTemplateColumns.split(' ').length * Math.floor(this.#list.clientHeight / Number.parseFloat(gridAutoRows))
    );
  }
}

/** The order board as the page draws it. */
export class BoardView {
  readonly #texts: Texts;
  readonly #preparing = new NumberList('preparing');
  readonly #ready = new NumberList('ready');
  #timeZone: string | undefined;
  #readyBefore: ReadonlySet<string> | undefined;

  constructor(texts: Texts, onToken: (token: string) => void) {
    this.#texts = texts;
    document.documentElement.lang = texts.language;
    for (const [selector, text] of [
      ['#preparing-title', texts.preparing],
      ['#ready-title', texts.ready],
      ['#setup-title', texts.setup],
      ['#setup label', texts.token],
      ['#setup button', texts.use],
    ] as const)
      element(selector).textContent = text;
    element<HTMLFormElement>('#setup').addEventListener('submit', (event) => {
      event.preventDefault();
      const input = element<HTMLInputElement>('#token');
      onToken(input.value.trim().replace(/^Bearer /i, ''));
      input.value = '';
    });
    addEventListener('resize', () => [this.#preparing, this.#ready].forEach((list) => list.render()));
    setInterval(() => [this.#preparing, this.#ready].forEach((list) => list.turn()), pageMs);
    setInterval(() => this.#showClock(), 1_000);
    this.#showClock();
    [this.#preparing, this.#ready].forEach((list) => list.render());
    this.status('connecting');
  }

  store(name: string, timeZone: string): void {
    // The chain's own name is shown in front of the store's name.
    element('#store').textContent = name.replace(/^Dr\. Burger /, '');
    this.#timeZone = timeZone;
    this.#showClock();
  }

  /** Shows the orders of the board; the one that became ready last stands first. */
  board({ preparing, ready }: Board): void {
    const before = this.#readyBefore;
    const isNew = ({ orderId }: BoardEntry): boolean => before !== undefined && !before.has(orderId);
    this.#readyBefore = new Set(ready.map(({ orderId }) => orderId));
    this.#preparing.show(preparing, () => false);
    this.#ready.show([...ready].reverse(), isNew);
    const arrived = ready.filter(isNew).map(({ number }) => number);
    if (arrived.length > 0 && arrived.length <= announcedAtOnce)
      element('#announcer').textContent = this.#texts.nowReady(arrived);
  }

  status(status: BoardStatus, since = new Date()): void {
    const { unset, connecting, live, reconnecting, refused } = this.#texts;
    document.body.dataset['status'] = status;
    const text = {
      unset: () => unset,
      connecting: () => connecting,
      live: () => live,
      reconnecting: () => reconnecting(this.#time(since)),
      refused: () => refused(this.#time(since)),
    }[status]();
    if (element('#status').textContent !== text) element('#status').textContent = text;
  }

  /**
   * Shows the form for a token, with the reason, and the code by which a manager can enrol the screen; without a reason
   * it hides the form, because the token is good.
   */
  askForToken(reason?: 'notEnrolled' | 'noToken' | 'badToken' | 'noStore', code?: string): void {
    const form = element('#setup');
    const wasHidden = form.hidden;
    form.hidden = reason === undefined;
    if (reason === undefined) return;
    element('#setup-reason').textContent = this.#texts[reason];
    element('#code').textContent = code ?? '';
    element('#code').hidden = code === undefined;
    if (wasHidden) element('#token').focus();
  }

  #showClock(): void {
    const time = this.#time(new Date());
    if (element('#clock').textContent !== time) element('#clock').textContent = time;
  }

  #time(at: Date): string {
    return at.toLocaleTimeString(this.#texts.language === 'de' ? 'de-DE' : 'en-GB', {
      hour: '2-digit',
      minute: '2-digit',
      timeZone: this.#timeZone,
    });
  }
}
