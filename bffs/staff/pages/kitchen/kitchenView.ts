import { element, setText, type PageFrame } from '../pageFrame.ts';
import type { Chime } from './chime.ts';
import { kitchenTexts as texts } from './kitchenTexts.ts';
import { TicketCard } from './ticketCard.ts';
import {
  linesAt,
  mayRecall,
  nextStep,
  stationsIn,
  type RejectionReason,
  type ShownTicket,
  type Station,
  type Step,
} from './tickets.ts';

const keptStation = 'kitchen-station';
/** A second touch within this time is a bouncing finger, and must not bump the ticket by another step. */
const bounceMs = 500;

export type OnTap = (orderId: string, step: Step, reason?: RejectionReason) => void;

/** Draws the kitchen display: the tickets to be made, and those that are ready. */
export class KitchenView {
  readonly #frame: PageFrame;
  readonly #onTap: OnTap;
  readonly #lists = {
    toMake: element('div', { id: 'to-make', class: 'tickets' }),
    ready: element('div', { id: 'ready', class: 'tickets' }),
  };
  readonly #stations = element('div', { id: 'stations', role: 'group', 'aria-label': texts.stations });
  readonly #unsent = element('p', { id: 'unsent', role: 'status' });
  readonly #dialog = element('dialog', { 'aria-labelledby': 'reject-title' });
  readonly #cards = new Map<string, TicketCard>();
  readonly #touchedAt = new Map<string, number>();
  #station = localStorage.getItem(keptStation) ?? undefined;
  #shown: readonly ShownTicket[] = [];
  /** The tickets in the order of the digits of the keyboard that bump them. */
  #numbered: readonly ShownTicket[] = [];
  #unsentTaps = 0;
  #lastReady: string | undefined;

  constructor(frame: PageFrame, chime: Chime, onTap: OnTap) {
    this.#frame = frame;
    this.#onTap = onTap;
    const sound = element('button', { type: 'button', id: 'sound' }, texts.sound);
    const showSound = () => sound.setAttribute('aria-pressed', String(chime.isOn));
    sound.addEventListener('click', () => {
      chime.turn(!chime.isOn);
      showSound();
    });
    showSound();
    frame.tools.replaceChildren(this.#unsent, this.#stations, sound);
    const main = document.querySelector('main')!;
    main.replaceChildren(
      element('section', { class: 'making' }, element('h2', {}, texts.toMake), this.#lists.toMake),
      element('section', { class: 'waiting' }, element('h2', {}, texts.ready), this.#lists.ready),
      element('p', { id: 'keys' }, texts.keys),
      this.#dialog,
    );
    addEventListener('pointerdown', () => chime.wake());
    addEventListener('keydown', (event) => this.#key(event, chime));
    setInterval(() => this.#tick(), 1_000);
  }

  show(shown: readonly ShownTicket[], unsent: number): void {
    this.#shown = shown;
    this.#unsentTaps = unsent;
    setText(this.#unsent, unsent === 0 ? '' : texts.unsent(unsent));
    this.#showStations(stationsIn(shown.map(({ ticket }) => ticket)));
    const here = shown.filter(({ ticket }) => linesAt(ticket, this.#station).length > 0);
    const [ready, toMake] = [true, false].map((isReady) =>
      here.filter(({ ticket }) => (ticket.status === 'READY') === isReady),
    ) as [ShownTicket[], ShownTicket[]];
    this.#numbered = toMake;
    this.#fill(this.#lists.toMake, toMake, texts.nothing, true);
    this.#fill(this.#lists.ready, ready, texts.nothingReady, false);
    const there = new Set(shown.map(({ ticket }) => ticket.orderId));
    for (const orderId of [...this.#cards.keys()]) if (!there.has(orderId)) this.#cards.delete(orderId);
    this.#tick();
  }

  #fill(list: HTMLElement, shown: readonly ShownTicket[], nothing: string, numbered: boolean): void {
    const roots = shown.map((each, at) => {
      const { orderId } = each.ticket;
      const card = this.#cards.get(orderId) ?? new TicketCard();
      this.#cards.set(orderId, card);
      const key = numbered && at < 9 ? at + 1 : undefined;
      card.show(each, this.#station, { key, onStep: (step) => this.#step(orderId, step) });
      return card.root;
    });
    if (roots.length === 0) list.replaceChildren(element('p', { class: 'nothing' }, nothing));
    // Elements that stay where they are are not touched, so that they keep their focus.
    else if (roots.length !== list.children.length || roots.some((root, at) => root !== list.children[at]))
      list.replaceChildren(...roots);
  }

  #showStations(stations: readonly Station[]): void {
    // The chosen station stays chosen even while it has no ticket.
    if (this.#stations.dataset['shown'] === JSON.stringify([stations, this.#station])) return;
    this.#stations.dataset['shown'] = JSON.stringify([stations, this.#station]);
    const choices: (Partial<Station> & { name: string })[] = [{ name: texts.allStations }, ...stations];
    this.#stations.replaceChildren(
      ...choices.map(({ id, name }) => {
        const button = element('button', { type: 'button', 'aria-pressed': String(id === this.#station) }, name);
        button.addEventListener('click', () => this.#choose(id));
        return button;
      }),
    );
  }

  #choose(station: string | undefined): void {
    this.#station = station;
    if (station === undefined) localStorage.removeItem(keptStation);
    else localStorage.setItem(keptStation, station);
    this.show(this.#shown, this.#unsentTaps);
  }

  #key(event: KeyboardEvent, chime: Chime): void {
    chime.wake();
    const target = event.target as HTMLElement;
    if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    if (this.#dialog.open || target.tagName === 'INPUT') return;
    if (/^[1-9]$/.test(event.key)) {
      const shown = this.#numbered[Number(event.key) - 1];
      const step = shown && !shown.leaving && nextStep(shown.ticket);
      if (step) this.#step(shown.ticket.orderId, step);
    } else if (event.key === 'r' || event.key === 'R') {
      const last = this.#shown.find(({ ticket }) => ticket.orderId === this.#lastReady);
      if (last && !last.leaving && mayRecall(last.ticket)) this.#step(last.ticket.orderId, 'recall');
    }
  }

  #step(orderId: string, step: Step): void {
    const now = Date.now();
    if (now - (this.#touchedAt.get(orderId) ?? 0) < bounceMs) return;
    this.#touchedAt.set(orderId, now);
    if (step === 'reject') return this.#askWhy(orderId);
    if (step === 'ready') this.#lastReady = orderId;
    this.#onTap(orderId, step);
  }

  #askWhy(orderId: string): void {
    const number = this.#shown.find(({ ticket }) => ticket.orderId === orderId)?.ticket.number ?? 0;
    const choice = (text: string, reason?: RejectionReason): HTMLButtonElement => {
      const button = element('button', { type: 'button', class: reason === undefined ? '' : 'primary' }, text);
      button.addEventListener('click', () => {
        this.#dialog.close();
        if (reason !== undefined) this.#onTap(orderId, 'reject', reason);
      });
      return button;
    };
    this.#dialog.replaceChildren(
      element('h2', { id: 'reject-title' }, texts.rejectTitle(number)),
      ...Object.entries(texts.reasons).map(([reason, text]) => choice(text, reason as RejectionReason)),
      choice(texts.keep),
    );
    this.#dialog.showModal();
  }

  #tick(): void {
    const now = this.#frame.now();
    for (const card of this.#cards.values()) card.tick(now, (at) => this.#frame.time(at));
  }
}
