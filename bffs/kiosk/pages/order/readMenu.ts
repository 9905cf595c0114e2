import type { OrderMenuQuery, OrderMenuQueryVariables, OrderStartQuery } from '#generated/bffs/kiosk/operations.ts';
import type { Answer } from '#bffs/pages/askGraph.ts';
import orderMenu from '../../operations/orderMenu.graphql';
import type { Entry } from './basket.ts';
import type { KeptMenu, Section, Store } from './keptMenu.ts';

type Ask = <Data>(document: string, variables?: object) => Promise<Answer<Data>>;

/** Reads the whole menu, category by category. Returns undefined if any part of it could not be read. */
export async function readMenu(
  ask: Ask,
  store: Store,
  categories: OrderStartQuery['menuCategories'],
): Promise<KeptMenu | undefined> {
  const sections: Section[] = [];
  for (const { id, en, de } of categories) {
    const entries = await readCategory(ask, id);
    if (!entries) return undefined;
    if (entries.length > 0) sections.push({ id, en, de, entries });
  }
  return { store, at: new Date().toISOString(), sections };
}

async function readCategory(ask: Ask, categoryId: string): Promise<Entry[] | undefined> {
  const entries: Entry[] = [];
  for (let after: string | null = null, more = true; more;) {
    const variables: OrderMenuQueryVariables = { filter: { categoryId }, after };
    const answer: Answer<OrderMenuQuery> = await ask<OrderMenuQuery>(orderMenu, variables);
    const menu = answer.kind === 'answer' ? answer.data?.kiosk?.store?.menu : undefined;
    if (!menu) return undefined;
    const page = menu.sections[0]?.entries;
    entries.push(...(page?.edges ?? []).map(({ node }) => node));
    more = page?.pageInfo.hasNextPage ?? false;
    after = page?.pageInfo.endCursor ?? null;
  }
  return entries;
}
