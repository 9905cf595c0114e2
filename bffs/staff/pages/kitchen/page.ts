import type {
  HandOverMutation,
  KitchenQueueChangedSubscription,
  KitchenQueueChangedSubscriptionVariables,
} from '#generated/bffs/staff/operations.ts';
import handOver from '../../operations/handOver.graphql';
import kitchenQueueChanged from '../../operations/kitchenQueueChanged.graphql';
import markReady from '../../operations/markReady.graphql';
import recallOrder from '../../operations/recallOrder.graphql';
import rejectOrder from '../../operations/rejectOrder.graphql';
import startPreparation from '../../operations/startPreparation.graphql';
import { newKey } from '../newKey.ts';
import { setText } from '../pageFrame.ts';
import { runStaffPage, type StaffSession } from '../staffPage.ts';
import { staffTexts } from '../staffTexts.ts';
import { Chime } from './chime.ts';
import { kitchenTexts as texts } from './kitchenTexts.ts';
import { KitchenView } from './kitchenView.ts';
import { TapQueue, type Sent } from './tapQueue.ts';
import { applyChanges, shownTickets, type Step, type Tap, type Ticket } from './tickets.ts';

const documents: Readonly<Record<Step, string>> = {
  start: startPreparation,
  ready: markReady,
  recall: recallOrder,
  handOver,
  reject: rejectOrder,
};
/** The results of all steps have the same form. */
type StepResult = HandOverMutation;

/** The tickets of one kitchen, the taps on them, and the screen that shows both. */
class Kitchen {
  readonly #session: StaffSession;
  readonly #chime = new Chime();
  readonly #view: KitchenView;
  readonly #queue: TapQueue;
  #tickets: ReadonlyMap<string, Ticket> = new Map();
  /** Taps that the graph has carried out, of whose effect the stream has not told yet. */
  #carriedOut: Tap[] = [];
  #isFirst = true;

  constructor(session: StaffSession) {
    this.#session = session;
    const { id, store } = session.member;
    this.#view = new KitchenView(session.frame, this.#chime, (orderId, step, reason) =>
      this.#queue.add({ key: newKey(), orderId, step, ...(reason === undefined ? {} : { reason }) }),
    );
    this.#queue = new TapQueue({
      storage: localStorage,
      name: `kitchen-taps:${store.id}:${id}`,
      send: (tap) => this.#send(tap),
      onChange: () => this.#show(),
    });
    this.#show();
  }

  isFor({ id, store }: StaffSession['member']): boolean {
    const { member } = this.#session;
    return member.id === id && member.store.id === store.id;
  }

  async follow(): Promise<void> {
    const locale = staffTexts.language === 'de' ? 'DE' : 'EN';
    const variables: KitchenQueueChangedSubscriptionVariables = {
      storeId: this.#session.member.store.id,
      locale,
      menuLocale: locale,
    };
    await this.#session.follow<KitchenQueueChangedSubscription>(
      kitchenQueueChanged,
      variables,
      ({ kitchenQueueChanged: changes }) => {
        if (!changes) return;
        const told = new Set([...changes.changed.map(({ orderId }) => orderId), ...changes.removed]);
        this.#carriedOut = this.#carriedOut.filter(({ orderId }) => !changes.reset && !told.has(orderId));
        const before = this.#tickets;
        this.#tickets = applyChanges(before, changes);
        this.#announce(before);
        this.#show();
      },
      { main: true, onLive: () => this.#queue.hurry() },
    );
  }

  async #send(tap: Tap): Promise<Sent> {
    const answer = await this.#session.ask<StepResult>(documents[tap.step], {
      orderId: tap.orderId,
      idempotencyKey: tap.key,
      reason: tap.reason,
    });
    // A token that is not accepted any more loses no tap either: it is sent with the next one.
    if (answer.kind !== 'answer') return 'unreached';
    if (answer.data?.result.__typename.endsWith('Success')) this.#carriedOut.push(tap);
    else setText(this.#session.frame.announcer, texts.refused(this.#tickets.get(tap.orderId)?.number));
    return 'done';
  }

  /** Says what is new, and sounds. What was there when the screen began is not new. */
  #announce(before: ReadonlyMap<string, Ticket>): void {
    const wasFirst = this.#isFirst;
    this.#isFirst = false;
    const fresh = [...this.#tickets.values()].filter(
      ({ orderId, status }) => status === 'CONFIRMED' && !before.has(orderId),
    );
    if (wasFirst || fresh.length === 0) return;
    this.#chime.sound();
    setText(this.#session.frame.announcer, texts.newTickets(fresh.map(({ number }) => number)));
  }

  #show(): void {
    // The queue may have kept taps from before a reload, and changes while it is being made.
    const unsent = this.#queue?.taps ?? [];
    this.#view.show(shownTickets(this.#tickets, [...this.#carriedOut, ...unsent]), unsent.length);
  }
}

let kitchen: Kitchen | undefined;

runStaffPage({
  title: texts.title,
  scopes: ['kitchen:work'],
  async work(session) {
    // One for as long as the page is open: what it shows and what was tapped stays over a new begin of the stream.
    kitchen ??= new Kitchen(session);
    // Another person's token, or another store's: what is on the screen is not theirs.
    if (kitchen.isFor(session.member)) await kitchen.follow();
    else location.reload();
  },
});
