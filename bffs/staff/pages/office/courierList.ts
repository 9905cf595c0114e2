import changeCourier from '../../operations/changeCourier.graphql';
import couriers from '../../operations/couriers.graphql';
import createCourier from '../../operations/createCourier.graphql';
import deactivateCourier from '../../operations/deactivateCourier.graphql';
import reactivateCourier from '../../operations/reactivateCourier.graphql';
import type {
  ChangeCourierMutationVariables,
  CouriersQuery,
  CouriersQueryVariables,
  CreateCourierMutationVariables,
  DeactivateCourierMutationVariables,
} from '#generated/bffs/staff/operations.ts';
import { element } from '../pageFrame.ts';
import type { Desk } from './desk.ts';
import { officeTexts as texts } from './officeTexts.ts';
import { button, field, form, nothing, replaceIfNew } from './pane.ts';

type Page = NonNullable<CouriersQuery['couriers']>;
type Courier = Page['edges'][number]['node'];

const nameField = (value = '') => field(texts.courierName, { name: 'name', required: '', maxlength: '100', value });

/** All couriers of the chain, for admins: who works, and signing up, renaming and ending the work of one. */
export class CourierList {
  readonly root = element('section', { 'aria-label': texts.allCouriers });
  readonly #desk: Desk;
  readonly #list = element('ul', { class: 'rows', id: 'all-couriers' });

  constructor(desk: Desk) {
    this.#desk = desk;
    const id = field(texts.courierId, { name: 'id', required: '', pattern: '[0-9a-f-]{36}', autocomplete: 'off' });
    const signUp = form(texts.signUp, [id, nameField()], {
      text: texts.signUp,
      onSubmit: ({ id: courierId = '', name = '' }) => this.#signUp(courierId.trim(), name),
    });
    this.root.append(element('h2', {}, texts.allCouriers), this.#list, signUp);
  }

  async open(): Promise<void> {
    const all: Courier[] = [];
    for (let after: string | null = null; ;) {
      const variables: CouriersQueryVariables = { after };
      const page: Page | null | undefined = (await this.#desk.read<CouriersQuery>(couriers, variables))?.couriers;
      if (!page) return;
      all.push(...page.edges.map(({ node }) => node));
      after = page.pageInfo.endCursor ?? null;
      if (!page.pageInfo.hasNextPage) break;
    }
    const rows = all.map((courier) => this.#row(courier));
    replaceIfNew(this.#list, rows.length > 0 ? rows : [nothing(texts.noCouriers)]);
  }

  #row(courier: Courier): HTMLElement {
    const name = courier.displayName ?? courier.id;
    const state = courier.active === false ? texts.inactive : courier.available ? texts.available : '';
    return element(
      'li',
      {},
      element('span', { class: 'name' }, name),
      element('span', { class: courier.active === false ? 'bad' : 'quiet' }, state),
      button(texts.rename, () => this.#rename(courier), { 'aria-label': texts.renameOf(name) }),
      courier.active === false
        ? button(texts.reactivate, () => this.#turn(courier, true), { 'aria-label': texts.reactivateOf(name) })
        : button(texts.deactivate, () => this.#turn(courier, false), { 'aria-label': texts.deactivateOf(name) }),
    );
  }

  async #signUp(courierId: string, displayName: string): Promise<void> {
    await this.#desk.change(
      createCourier,
      (idempotencyKey): CreateCourierMutationVariables => ({ input: { idempotencyKey, courierId, displayName } }),
      texts.signedUp(displayName),
    );
    await this.open();
  }

  async #rename({ id: courierId, displayName, version: expectedVersion }: Courier): Promise<void> {
    const values = await this.#desk.ask(texts.renameOf(displayName ?? courierId), texts.rename, [
      nameField(displayName ?? ''),
    ]);
    if (!values) return;
    await this.#desk.change(
      changeCourier,
      (idempotencyKey): ChangeCourierMutationVariables => ({
        input: { idempotencyKey, courierId, expectedVersion, displayName: values['name'] ?? '' },
      }),
      texts.saved,
    );
    await this.open();
  }

  async #turn({ id: courierId, displayName, version: expectedVersion }: Courier, active: boolean): Promise<void> {
    const name = displayName ?? courierId;
    if (!active && !(await this.#desk.isSure(texts.deactivateTitle(name), texts.deactivate))) return;
    await this.#desk.change(
      active ? reactivateCourier : deactivateCourier,
      (idempotencyKey): DeactivateCourierMutationVariables => ({
        input: { idempotencyKey, courierId, expectedVersion },
      }),
      texts.saved,
    );
    await this.open();
  }
}
