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
import { newKey } from '#bffs/pages/newKey.ts';
import { setText } from '../pageFrame.ts';
import { runStaffPage, type StaffSession } from '../staffPage.ts';
import { staffTexts } from '../staffTexts.ts';
import { CarriedOut } from './carriedOut.ts';
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
  readonly #carriedOut = new CarriedOut();
  #isFirst = true;

  constructor(session: StaffSession) {
    this.#session = session;
    const { id, store } = session.member;
    this.#view = new KitchenView(session.frame, this.#chime, (orderId, step, reason) => {
      const tap = { key: newKey(), orderId, step, ...(reason === undefined ? {} : { reason }) };
      this.#carriedOut.tapped(tap);
      this.#queue.add(tap);
    });
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
        this.#carriedOut.told(changes, this.#queue.taps);
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
    // If the token is not accepted any more, no tap is lost: it is sent again with the next token.
    if (answer.kind !== 'answer') return 'unreached';
    if (answer.data?.result.__typename.endsWith('Success')) this.#carriedOut.done(tap, this.#queue.taps);
    else setText(this.#session.frame.announcer, texts.refused(this.#tickets.get(tap.orderId)?.number));
    return 'done';
  }

  /** Announces new tickets, with a sound. Tickets that were there when the screen began are not new. */
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
    // The queue may hold taps from before a reload, and it can change while it is being made.
    const unsent = this.#queue?.taps ?? [];
    this.#view.show(shownTickets(this.#tickets, [...this.#carriedOut.taps, ...unsent]), unsent.length);
  }
}

let kitchen: Kitchen | undefined;

runStaffPage({
  title: texts.title,
  scopes: ['kitchen:work'],
  device: true,
  async work(session) {
    // There is one for as long as the page is open, so that tickets and taps are kept when the stream begins anew.
    kitchen ??= new Kitchen(session);
    // The token is another person's, or for another store: what the screen shows is not for them.
    if (kitchen.isFor(session.member)) await kitchen.follow();
    else location.reload();
  },
});
