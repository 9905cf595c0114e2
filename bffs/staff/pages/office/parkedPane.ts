import parkedEvent from '../../operations/parkedEvent.graphql';
import parkedEvents from '../../operations/parkedEvents.graphql';
import replayParkedEvents from '../../operations/replayParkedEvents.graphql';
import type {
  ParkedEventQuery,
  ParkedEventQueryVariables,
  ParkedEventsQuery,
  ParkedEventsQueryVariables,
  ReplayParkedEventsMutation,
  ReplayParkedEventsMutationVariables,
} from '#generated/bffs/staff/operations.ts';
import { element } from '../pageFrame.ts';
import type { Desk } from './desk.ts';
import { officeTexts as texts } from './officeTexts.ts';
import { button, nothing, type Pane } from './pane.ts';

type Page = NonNullable<ParkedEventsQuery['parkedEvents']>;
type Parked = Page['edges'][number]['node'];

/** What consumers of any domain could not handle: for admins, of the whole chain. */
export class ParkedPane implements Pane {
  readonly id = 'parked';
  readonly root = element('section', { 'aria-label': texts.panes.parked, id: 'parked' });
  readonly #desk: Desk;
  readonly #silent = element('p', { class: 'bad' });
  readonly #list = element('ul', { class: 'rows' });
  readonly #more = button(texts.more, () => this.#page());
  readonly #shown = element('div', { class: 'pane-part' });
  #after: string | null = null;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.root.append(
      element('p', { class: 'quiet' }, texts.parkedHint),
      this.#silent,
      this.#list,
      this.#more,
      this.#shown,
    );
  }

  async open(): Promise<void> {
    this.#after = null;
    this.#shown.replaceChildren();
    await this.#page();
  }

  async #page(): Promise<void> {
    const data = await this.#desk.read<ParkedEventsQuery>(parkedEvents, {
      after: this.#after,
    } satisfies ParkedEventsQueryVariables);
    if (!data?.parkedEvents) return;
    const { edges, pageInfo, unreachableDomains } = data.parkedEvents;
    const rows = edges.map(({ node }) => this.#row(node));
    if (this.#after === null) this.#list.replaceChildren(...(rows.length > 0 ? rows : [nothing(texts.nothingParked)]));
    else this.#list.append(...rows);
    this.#after = pageInfo.endCursor ?? null;
    this.#more.hidden = !pageInfo.hasNextPage;
    this.#silent.textContent = unreachableDomains.length > 0 ? texts.domainsSilent(unreachableDomains) : '';
  }

  #row(parked: Parked): HTMLElement {
    const { consumer, aggregate, eventType, state, reason, attempts, parkedAt } = parked;
    const { frame } = this.#desk.session;
    const name = `${eventType ?? texts.noEvent} → ${consumer}`;
    const tried = state === 'FAILED' ? texts.failed(attempts) : texts.waitsBehind;
    return element(
      'li',
      {},
      element('span', { class: 'name' }, name),
      element('span', { class: 'figure' }, frame.dayAndTime(new Date(parkedAt))),
      element('span', { class: state === 'FAILED' ? 'bad' : 'quiet' }, tried),
      button(texts.show, () => this.#show(parked), { 'aria-label': texts.showOf(`${name} (${aggregate})`) }),
      button(texts.replay, () => this.#replay(parked, name), {
        'aria-label': texts.replayOf(`${name} (${aggregate})`),
      }),
      element('small', { class: 'quiet whole' }, `${aggregate}: ${reason}`),
    );
  }

  async #show({ id }: Parked): Promise<void> {
    const data = await this.#desk.read<ParkedEventQuery>(parkedEvent, { id } satisfies ParkedEventQueryVariables);
    if (!data) return;
    const found = data.parkedEvent;
    if (!found) {
      this.#desk.tell(texts.notParked, true);
      return this.open();
    }
    const { eventType, consumer, reason } = found.event;
    const heading = element('h2', { tabindex: '-1' }, `${eventType ?? texts.noEvent} → ${consumer}`);
    this.#shown.replaceChildren(
      heading,
      element('p', { class: 'bad' }, reason),
      element('pre', { tabindex: '0', 'aria-label': texts.message }, found.message),
    );
    heading.focus();
  }

  async #replay({ id }: Parked, name: string): Promise<void> {
    if (!(await this.#desk.isSure(texts.replayTitle(name), texts.replay))) return;
    await this.#desk.change<NonNullable<ReplayParkedEventsMutation['result']>>(
      replayParkedEvents,
      (idempotencyKey): ReplayParkedEventsMutationVariables => ({ input: { idempotencyKey, id } }),
      texts.replayed(name),
    );
    await this.open();
  }
}
