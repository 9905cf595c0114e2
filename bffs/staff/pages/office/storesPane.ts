import chainStores from '../../operations/chainStores.graphql';
import storeDetails from '../../operations/storeDetails.graphql';
import type {
  ChainStoresQuery,
  ChainStoresQueryVariables,
  StoreDetailsQuery,
  StoreDetailsQueryVariables,
} from '#generated/bffs/staff/operations.ts';
import { element } from '../pageFrame.ts';
import type { Desk } from './desk.ts';
import { officeTexts as texts } from './officeTexts.ts';
import { officeOf, openingForm } from './openingForm.ts';
import { nothing, type Pane } from './pane.ts';

type Page = ChainStoresQuery['stores'];
type Node = Page['edges'][number]['node'];

/** The stores of the chain, for admins: turning to the office of another one, and opening one more. */
export class StoresPane implements Pane {
  readonly id = 'stores';
  readonly root = element('section', { 'aria-label': texts.panes.stores });
  readonly #desk: Desk;
  readonly #list = element('ul', { class: 'rows', id: 'stores' });
  readonly #opening = element('div');

  constructor(desk: Desk) {
    this.#desk = desk;
    this.root.append(
      element('h2', {}, texts.openAStore),
      this.#opening,
      element('h2', {}, texts.allStores),
      this.#list,
    );
  }

  async open(): Promise<void> {
    this.root.setAttribute('aria-busy', 'true');
    await Promise.all([this.#showStores(), this.#showForm()]);
    this.root.removeAttribute('aria-busy');
  }

  async #showStores(): Promise<void> {
    const all: Node[] = [];
    for (let after: string | null = null; ;) {
      const variables: ChainStoresQueryVariables = { after };
      const page: Page | undefined = (await this.#desk.read<ChainStoresQuery>(chainStores, variables))?.stores;
      if (!page) return;
      all.push(...page.edges.map(({ node }) => node));
      after = page.pageInfo.endCursor ?? null;
      if (!page.pageInfo.hasNextPage) break;
    }
    this.#list.replaceChildren(...(all.length > 0 ? all.map((store) => row(store)) : [nothing(texts.noStores)]));
  }

  /** The form begins with the taxes, country and hours of trade of the store whose office this is. */
  async #showForm(): Promise<void> {
    const data = await this.#desk.read<StoreDetailsQuery>(storeDetails, {
      storeId: this.#desk.session.member.store.id,
    } satisfies StoreDetailsQueryVariables);
    if (!data?.store) return;
    const { address, currency, timeZone, services, taxRegime } = data.store;
    const beginning = { country: address.country, currency, timeZone, services, taxRegime };
    this.#opening.replaceChildren(openingForm(this.#desk, beginning, () => this.open()));
  }
}

const row = ({ id, name, acceptingOrders, address }: Node): HTMLElement =>
  element(
    'li',
    {},
    element('a', { class: 'name', href: officeOf(id) }, name),
    element('span', { class: 'quiet' }, `${address.city}, ${address.country}`),
    element('span', { class: acceptingOrders ? 'quiet' : 'bad' }, acceptingOrders ? '' : texts.takesNoOrders),
  );
