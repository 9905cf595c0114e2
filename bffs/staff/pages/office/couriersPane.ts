import openDeliveries from '../../operations/openDeliveries.graphql';
import type { OpenDeliveriesQuery, OpenDeliveriesQueryVariables } from '#generated/bffs/staff/operations.ts';
import { element } from '../pageFrame.ts';
import { CourierList } from './courierList.ts';
import { byCourier, type OpenDelivery } from './couriers.ts';
import type { Desk } from './desk.ts';
import { officeTexts as texts } from './officeTexts.ts';
import { nothing, replaceIfNew, type Pane } from './pane.ts';

/** The deliveries under way by courier, and those that have no courier yet; for admins all couriers, too. */
export class CouriersPane implements Pane {
  readonly id = 'couriers';
  readonly root = element('section', { 'aria-label': texts.panes.couriers, id: 'couriers' });
  readonly #desk: Desk;
  readonly #jobs = element('div', { class: 'pane-part' });
  readonly #all: CourierList | undefined;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.#all = desk.session.member.may('admin') ? new CourierList(desk) : undefined;
    this.root.append(this.#jobs, ...(this.#all ? [this.#all.root] : []));
  }

  async open(): Promise<void> {
    await Promise.all([this.changed(), this.#all?.open()]);
  }

  async changed(): Promise<void> {
    const data = await this.#desk.read<OpenDeliveriesQuery>(openDeliveries, {
      storeId: this.#desk.session.member.store.id,
    } satisfies OpenDeliveriesQueryVariables);
    if (!data?.openDeliveries) return;
    const couriers = byCourier(data.openDeliveries);
    replaceIfNew(
      this.#jobs,
      couriers.length === 0
        ? [element('p', { class: 'quiet' }, texts.noDeliveries)]
        : couriers.flatMap(({ name, jobs }) => [
            element('h2', {}, name ?? texts.noCourier),
            element('ul', { class: 'rows' }, ...(jobs.length > 0 ? jobs.map((job) => this.#job(job)) : [nothing('')])),
          ]),
    );
  }

  #job({ order, status, readyForPickup, promisedAt }: OpenDelivery): HTMLElement {
    const { frame } = this.#desk.session;
    const late = frame.now().toISOString() > promisedAt;
    const where = status !== 'PICKED_UP' && readyForPickup ? texts.waitsAtCounter : texts.deliveries[status];
    return element(
      'li',
      {},
      element('strong', {}, order ? String(order.number) : '?'),
      element('span', { class: 'name' }, where),
      element('span', { class: late ? 'figure bad' : 'figure' }, texts.promised(frame.time(new Date(promisedAt)))),
    );
  }
}
