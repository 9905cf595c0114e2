import { element } from '../pageFrame.ts';
import { runStaffPage, type StaffSession } from '../staffPage.ts';
import { Desk } from './desk.ts';
import { officeTexts as texts } from './officeTexts.ts';
import { button, type Pane, type PaneId } from './pane.ts';
import { CouriersPane } from './couriersPane.ts';
import { showFirstStore } from './firstStore.ts';
import { HoursPane } from './hoursPane.ts';
import { MenuPane } from './menuPane.ts';
import { OrdersPane } from './ordersPane.ts';
import { ParkedPane } from './parkedPane.ts';
import { RecipesPane } from './recipesPane.ts';
import { ScreensPane } from './screensPane.ts';
import { showSupport, SupportPane } from './supportPane.ts';
import { StockPane } from './stockPane.ts';
import { StorePane } from './storePane.ts';
import { StoresPane } from './storesPane.ts';
import { TodayPane } from './todayPane.ts';

/** The back office of one store: its parts, of which one is shown. */
class Office {
  readonly #desk: Desk;
  readonly #today: TodayPane;
  readonly #menu: MenuPane;
  readonly #panes: readonly Pane[];
  #shown: Pane | undefined;
  #isStale = false;
  #isRefreshing = false;
  readonly #main = document.querySelector('main')!;
  readonly #navigation = element('nav', { 'aria-label': texts.title });

  constructor(session: StaffSession) {
    this.#desk = new Desk(session);
    this.#today = new TodayPane(this.#desk);
    this.#menu = new MenuPane(this.#desk);
    const { may } = session.member;
    this.#panes = [
      this.#today,
      ...(may('orders:read') ? [new OrdersPane(this.#desk)] : []),
      this.#menu,
      ...(may('admin') ? [new RecipesPane(this.#desk)] : []),
      ...(may('stock:write') ? [new StockPane(this.#desk)] : []),
      new HoursPane(this.#desk),
      new StorePane(this.#desk),
      ...(may('admin') ? [new StoresPane(this.#desk)] : []),
      ...(may('delivery:read') ? [new CouriersPane(this.#desk)] : []),
      new ScreensPane(this.#desk),
      ...(may('customers:support') ? [new SupportPane(this.#desk)] : []),
      ...(may('admin') ? [new ParkedPane(this.#desk)] : []),
    ];
    this.#navigation.append(
      ...this.#panes.map(({ id }) => button(texts.panes[id], () => this.#turnTo(id), { 'data-pane': id })),
    );
    session.frame.tools.replaceChildren(this.#navigation);
    this.#main.replaceChildren(this.#desk.notice, ...this.#panes.map(({ root }) => root));
    void this.#turnTo('today');
  }

  isFor({ id, store }: StaffSession['member']): boolean {
    const { member } = this.#desk.session;
    return member.id === id && member.store.id === store.id;
  }

  follow(): Promise<void> {
    void this.#menu.follow((names) => this.#today.soldOut(names));
    return this.#today.follow(() => void this.#refresh());
  }

  /** Reads the open part again. However many orders change meanwhile, it is read only once more afterwards. */
  async #refresh(): Promise<void> {
    this.#isStale = true;
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    while (this.#isStale) {
      this.#isStale = false;
      await this.#shown?.changed?.();
    }
    this.#isRefreshing = false;
  }

  async #turnTo(id: PaneId): Promise<void> {
    this.#desk.tell('');
    for (const pane of this.#panes) pane.root.hidden = pane.id !== id;
    for (const each of this.#navigation.querySelectorAll('button')) {
      if (each.dataset['pane'] === id) each.setAttribute('aria-current', 'page');
      else each.removeAttribute('aria-current');
    }
    this.#shown = this.#panes.find((pane) => pane.id === id);
    await this.#shown?.open?.();
  }
}

let office: Office | undefined;
let isBegun = false;

runStaffPage({
  title: texts.title,
  scopes: ['store:manage'],
  begin(session) {
    // It is asked for again and again: what somebody types meanwhile stays.
    if (!isBegun) showFirstStore(session);
    isBegun = true;
  },
  ofChain: {
    scope: 'customers:support',
    begin(session) {
      if (!isBegun) showSupport(session);
      isBegun = true;
    },
  },
  async work(session) {
    // There is one for as long as the page is open, so that what it shows is kept when the stream begins anew.
    office ??= new Office(session);
    // The token is another person's, or for another store: what the screen shows is not for them.
    if (office.isFor(session.member)) await office.follow();
    else location.reload();
  },
});
