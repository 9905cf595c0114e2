import { element, setText } from '../pageFrame.ts';
import { kitchenTexts as texts } from './kitchenTexts.ts';
import {
  allergensOf,
  linesAt,
  mayRecall,
  mayReject,
  nextStep,
  type ShownTicket,
  type Step,
  type TicketLine,
} from './tickets.ts';

const minutes = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
};

/** A ticket on the screen. Its elements stay the same while nothing about it changes, so that a focus stays, too. */
export class TicketCard {
  readonly root = element('article');
  readonly #age = element('span', { class: 'age' });
  readonly #due = element('span', { class: 'due' });
  #built = '';
  #shown: ShownTicket | undefined;

  /** @param key the digit that bumps the ticket; undefined where there are more tickets than digits */
  show(
    shown: ShownTicket,
    station: string | undefined,
    { key, onStep }: { readonly key: number | undefined; readonly onStep: (step: Step) => void },
  ): void {
    this.#shown = shown;
    const text = JSON.stringify([shown, station, key]);
    if (text === this.#built) return;
    this.#built = text;
    const { ticket, pending, leaving } = shown;
    const focused = this.root.contains(document.activeElement)
      ? (document.activeElement as HTMLElement).dataset['step']
      : undefined;
    this.root.className = [ticket.status.toLowerCase(), pending && 'pending', leaving && 'leaving']
      .filter(Boolean)
      .join(' ');
    this.root.dataset['order'] = ticket.orderId;
    this.root.setAttribute('aria-labelledby', `number-${ticket.orderId}`);
    const steps = leaving
      ? []
      : [nextStep(ticket), mayRecall(ticket) && 'recall', mayReject(ticket) && 'reject'].filter((step): step is Step =>
          Boolean(step),
        );
    const buttons = steps.map((step, at) => {
      const button = element(
        'button',
        { type: 'button', 'data-step': step, class: at === 0 ? 'primary' : '' },
        texts.steps[step],
      );
      button.addEventListener('click', () => onStep(step));
      return button;
    });
    this.root.replaceChildren(
      element(
        'div',
        { class: 'top' },
        element('h3', { id: `number-${ticket.orderId}` }, String(ticket.number)),
        element('span', { class: 'service' }, texts.services[ticket.service]),
        this.#age,
        this.#due,
        ...(key === undefined ? [] : [element('kbd', { 'aria-hidden': 'true' }, String(key))]),
      ),
      element('ul', {}, ...linesAt(ticket, station).map(lineOf)),
      ...(ticket.status === 'READY' && ticket.service === 'DELIVERY'
        ? [element('p', { class: 'note' }, texts.courier)]
        : []),
      ...(pending ? [element('p', { class: 'note unsent' }, texts.pending)] : []),
      element('div', { class: 'steps' }, ...buttons),
    );
    if (focused !== undefined) buttons.find((each) => each.dataset['step'] === focused)?.focus();
  }

  /** Shows how long ago the order was placed, and by when it should be ready. */
  tick(now: Date, timeOf: (at: Date) => string): void {
    if (!this.#shown) return;
    const { ticket } = this.#shown;
    const late = ticket.status !== 'READY' && now.toISOString() > ticket.targetAt;
    this.root.classList.toggle('late', late);
    setText(this.#age, minutes(now.getTime() - Date.parse(ticket.placedAt)));
    setText(this.#due, `${texts.due(timeOf(new Date(ticket.targetAt)))}${late ? ` – ${texts.late}` : ''}`);
  }
}

function lineOf(line: TicketLine): HTMLElement {
  const size = line.item?.sizes.find(({ id }) => id === line.sizeId)?.name;
  const allergens = allergensOf(line).map((each) => texts.allergens[each] ?? each);
  const more = [
    ...line.slots.flatMap(({ item }) => item?.name ?? []),
    ...line.modifiers.map(
      ({ quantity, modifier }) => `${quantity > 1 ? `${quantity} × ` : ''}${modifier?.name ?? '?'}`,
    ),
  ];
  return element(
    'li',
    {},
    element('strong', {}, `${line.quantity} × ${line.name}${size === undefined ? '' : `, ${size}`}`),
    ...(more.length > 0 ? [element('ul', { class: 'more' }, ...more.map((text) => element('li', {}, text)))] : []),
    ...(allergens.length > 0
      ? [element('small', { class: 'allergens' }, `${texts.contains}: ${allergens.join(', ')}`)]
      : []),
  );
}
