import stockAlertsChanged from '../../operations/stockAlertsChanged.graphql';
import storeDayChanged from '../../operations/storeDayChanged.graphql';
import type {
  StockAlertsChangedSubscription,
  StockAlertsChangedSubscriptionVariables,
  StoreDayChangedSubscription,
  StoreDayChangedSubscriptionVariables,
} from '#generated/bffs/staff/operations.ts';
import { element } from '../pageFrame.ts';
import type { Desk } from './desk.ts';
import { officeTexts as texts } from './officeTexts.ts';
import { nothing, replaceIfNew, type Pane } from './pane.ts';
import { dayIn } from './instants.ts';
import { money } from './money.ts';
import { applyAlerts, byNeed, lateOrders, type Day, type LowStock } from './today.ts';

const tile = (name: string, figure: string, alarm = false): HTMLElement =>
  element('div', { class: alarm ? 'alarm' : '' }, element('dt', {}, name), element('dd', {}, figure));

/** What a manager looks at all day: orders by their status, late ones, what was sold, and what runs out. */
export class TodayPane implements Pane {
  readonly id = 'today';
  readonly root = element('section', { 'aria-label': texts.panes.today });
  readonly #desk: Desk;
  readonly #tiles = element('dl', { class: 'tiles' });
  readonly #late = element('ul', { class: 'rows', id: 'late' });
  readonly #soldOut = element('ul', { class: 'rows', id: 'sold-out' });
  readonly #low = element('ul', { class: 'rows', id: 'low' });
  #day: Day | undefined;
  #stock: ReadonlyMap<string, LowStock> = new Map();
  #soldOutItems: readonly string[] = [];

  constructor(desk: Desk) {
    this.#desk = desk;
    this.root.append(
      this.#tiles,
      element('h2', {}, texts.late),
      this.#late,
      element('h2', {}, texts.soldOutItems),
      this.#soldOut,
      element('h2', {}, texts.runningOut),
      this.#low,
    );
    // Drawn again from time to time, because orders become late without any message.
    setInterval(() => this.#show(), 5_000);
    this.#show();
  }

  soldOut(names: readonly string[]): void {
    this.#soldOutItems = names;
    this.#show();
  }

  /**
   * Follows the day and the stock, until the stream of the day ends for good. `onChange` is called when an order of the
   * store has changed.
   */
  async follow(onChange: () => void): Promise<void> {
    const { member, frame, follow } = this.#desk.session;
    const storeId = member.store.id;
    const today = () => dayIn(member.store.timeZone, frame.now());
    const date = today();
    const midnight = setInterval(() => {
      if (today() !== date) location.reload();
    }, 30_000);
    void follow<StockAlertsChangedSubscription>(
      stockAlertsChanged,
      { storeId, locale: texts.locale } satisfies StockAlertsChangedSubscriptionVariables,
      ({ stockAlertsChanged: changes }) => {
        if (changes) this.#stock = applyAlerts(this.#stock, changes);
        this.#show();
      },
    );
    await follow<StoreDayChangedSubscription>(
      storeDayChanged,
      { storeId, date } satisfies StoreDayChangedSubscriptionVariables,
      ({ storeDayChanged: day }) => {
        this.#day = day ?? this.#day;
        this.#show();
        onChange();
      },
      { main: true },
    );
    clearInterval(midnight);
  }

  #show(): void {
    const { frame } = this.#desk.session;
    const now = frame.now();
    const { counts = [], sales, underWay = [] } = this.#day ?? {};
    const late = lateOrders(underWay, now);
    replaceIfNew(this.#tiles, [
      ...(sales ? [tile(texts.sales, money(sales, texts.language))] : []),
      tile(texts.underWay, String(underWay.length)),
      tile(texts.late, String(late.length), late.length > 0),
      ...counts.map(({ status, orders }) => tile(texts.statuses[status], String(orders))),
    ]);
    replaceIfNew(
      this.#late,
      late.length === 0
        ? [nothing(texts.nothingLate)]
        : late.map((order) =>
            element(
              'li',
              { 'data-order': order.id },
              element('strong', {}, String(order.number)),
              element('span', { class: 'name' }, `${texts.services[order.service]}, ${texts.statuses[order.status]}`),
              element('span', { class: 'bad figure' }, texts.due(frame.time(new Date(order.dueAt!)))),
            ),
          ),
    );
    const { length } = this.#soldOutItems;
    replaceIfNew(
      this.#soldOut,
      length === 0
        ? [nothing(texts.nothingSoldOut)]
        : this.#soldOutItems.map((name) => element('li', {}, element('span', { class: 'name' }, name))),
    );
    const low = byNeed(this.#stock.values());
    replaceIfNew(
      this.#low,
      low.length === 0
        ? [nothing(texts.nothingLow)]
        : low.map(({ ingredient, onHand, reorderLevel }) =>
            element(
              'li',
              {},
              element('span', { class: 'name' }, ingredient.name),
              element(
                'span',
                { class: onHand > 0 ? 'figure' : 'figure bad' },
                onHand > 0 ? texts.left(onHand, reorderLevel, ingredient.unit) : texts.out,
              ),
            ),
          ),
    );
  }
}
