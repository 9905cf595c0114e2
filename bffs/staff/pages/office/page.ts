import { element } from '../pageFrame.ts';
import { runStaffPage, type StaffSession } from '../staffPage.ts';
import { Desk } from './desk.ts';
import { officeTexts as texts } from './officeTexts.ts';
import { button, type Pane, type PaneId } from './pane.ts';
import { TodayPane } from './todayPane.ts';

/** The back office of one store: its parts, of which one is shown. */
class Office {
  readonly #desk: Desk;
  readonly #today: TodayPane;
  readonly #panes: readonly Pane[];
  readonly #main = document.querySelector('main')!;
  readonly #menu = element('nav', { 'aria-label': texts.title });

  constructor(session: StaffSession) {
    this.#desk = new Desk(session);
    this.#today = new TodayPane(this.#desk);
    this.#panes = [this.#today];
    this.#menu.append(
      ...this.#panes.map(({ id }) => button(texts.panes[id], () => this.#turnTo(id), { 'data-pane': id })),
    );
    session.frame.tools.replaceChildren(this.#menu);
    this.#main.replaceChildren(this.#desk.notice, ...this.#panes.map(({ root }) => root));
    void this.#turnTo('today');
  }

  isFor({ id, store }: StaffSession['member']): boolean {
    const { member } = this.#desk.session;
    return member.id === id && member.store.id === store.id;
  }

  follow(): Promise<void> {
    return this.#today.follow();
  }

  async #turnTo(id: PaneId): Promise<void> {
    this.#desk.tell('');
    for (const pane of this.#panes) pane.root.hidden = pane.id !== id;
    for (const each of this.#menu.querySelectorAll('button')) {
      if (each.dataset['pane'] === id) each.setAttribute('aria-current', 'page');
      else each.removeAttribute('aria-current');
    }
    await this.#panes.find((pane) => pane.id === id)?.open?.();
  }
}

let office: Office | undefined;

runStaffPage({
  title: texts.title,
  scopes: ['store:manage'],
  async work(session) {
    // There is one for as long as the page is open, so that what it shows is kept when the stream begins anew.
    office ??= new Office(session);
    // The token is another person's, or for another store: what the screen shows is not for them.
    if (office.isFor(session.member)) await office.follow();
    else location.reload();
  },
});
