import DataLoader from 'dataloader';
import type { DataKey } from '#platform/pii/keyring.ts';
import { readSealed } from '#platform/pii/exchangeKey.ts';
import { keyringOf } from '#platform/pii/domainKeyring.ts';
import { isId } from '#platform/domain/id.ts';
import { consentStates, type ConsentState } from './consent.ts';
import type { Customers } from './context.ts';
import {
  openCustomer,
  openVersion,
  type AddressVersionView,
  type AddressView,
  type ConsentChangeRow,
  type CustomerView,
} from './customer.ts';
import { findConsentHistory, findFavourites, type CustomerPage, type FavouriteRow } from './findPages.ts';

/**
 * All loaders give null for a customer who was erased or never existed, and for a malformed id. They do not check
 * whose data may be read: whoever calls them has to.
 */
export interface Loaders {
  readonly keyOf: DataLoader<string, DataKey | null>;
  readonly customerById: DataLoader<string, CustomerView | null>;
  readonly addressesOf: DataLoader<string, AddressView[]>;
  readonly versionById: DataLoader<string, AddressVersionView | null>;
  readonly consentsOf: DataLoader<string, ConsentState[]>;
  /** A page of the customer's consent history and one more row, which tells whether there is a next page. */
  consentHistory(customerId: string, page: CustomerPage): Promise<ConsentChangeRow[]>;
  favourites(customerId: string, page: CustomerPage): Promise<FavouriteRow[]>;
  /** Clears what the loaders have cached. Call it after a mutation, since earlier reads may be outdated. */
  forget(): void;
}

type Reader = Pick<Customers, 'db' | 'pool' | 'config'>;

const ids = (keys: readonly string[]): string[] => keys.filter(isId);

function groupBy<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return groups;
}

const batch = <Row>(load: (keys: string[]) => Promise<Map<string, Row>>, missing: Row): DataLoader<string, Row> =>
  new DataLoader(async (keys) => {
    const found = await load(ids(keys));
    return keys.map((key) => found.get(key) ?? missing);
  });

/** The decrypted rows, by id. A row whose customer has no data key any more is left out. */
const opened = <Row, View extends { id: string }>(
  read: () => Promise<readonly Row[]>,
  ownerOf: (row: Row) => string,
  keyOf: DataLoader<string, DataKey | null>,
  open: (key: DataKey, row: Row) => View,
): Promise<Map<string, View>> =>
  readSealed(async () => {
    const rows = await read();
    const keys = await Promise.all(rows.map((row) => keyOf.load(ownerOf(row))));
    try {
      const views = rows.flatMap((row, index) => (keys[index] ? [open(keys[index], row)] : []));
      return new Map(views.map((view) => [view.id, view]));
    } catch (error) {
      keyOf.clearAll();
      throw error;
    }
  });

function pagesLoader<Row extends { customerId: string }>(
  find: (customerIds: readonly string[], page: CustomerPage) => Promise<Row[]>,
) {
  const loaders = new Map<string, DataLoader<string, Row[]>>();
  return {
    /** Customers asked for with the same page arguments share one statement. */
    load(customerId: string, page: CustomerPage): Promise<Row[]> {
      const name = JSON.stringify([page.limit, page.after]);
      let loader = loaders.get(name);
      if (!loader) {
        loader = new DataLoader(async (keys) => {
          const rows = groupBy(await find(keys, page), (row) => row.customerId);
          return keys.map((key) => rows.get(key) ?? []);
        });
        loaders.set(name, loader);
      }
      return loader.load(customerId);
    },
    clearAll: () => loaders.clear(),
  };
}

export function loaders(domain: Reader): Loaders {
  const { db } = domain;
  const keyring = keyringOf(domain);
  const keyOf = batch<DataKey | null>(async (keys) => {
    const rows = await db.customerKey.findMany({ where: { customerId: { in: keys } } });
    return new Map(rows.map((row) => [row.customerId, keyring.unwrap(row.customerId, row.wrapped)]));
  }, null);
  const customerById = batch<CustomerView | null>(
    async (keys) =>
      opened(
        () => db.customer.findMany({ where: { id: { in: keys } } }),
        (row) => row.id,
        keyOf,
        openCustomer,
      ),
    null,
  );
  const addressesOf = batch<AddressView[]>(async (keys) => {
    const rows = await db.address.findMany({
      where: { customerId: { in: keys }, removedAt: null },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      include: { customer: { select: { defaultAddressId: true } } },
    });
    const views = rows.map(({ customer, ...row }) => ({ ...row, isDefault: customer.defaultAddressId === row.id }));
    return groupBy(
      views.sort((a, b) => Number(b.isDefault) - Number(a.isDefault)),
      (row) => row.customerId,
    );
  }, []);
  const versionById = batch<AddressVersionView | null>(
    async (keys) =>
      opened(
        () => db.addressVersion.findMany({ where: { id: { in: keys } } }),
        (row) => row.customerId,
        keyOf,
        openVersion,
      ),
    null,
  );
  const consentsOf = batch<ConsentState[]>(async (keys) => {
    const newest = await db.$queryRaw<{ customer_id: string; purpose: string; granted: boolean; at: Date }[]>`
      SELECT DISTINCT ON (customer_id, purpose) customer_id::text, purpose, granted, at FROM consent_change
      WHERE customer_id = ANY (${keys}::uuid[]) ORDER BY customer_id, purpose, at DESC, id DESC`;
    const byCustomer = groupBy(newest, (row) => row.customer_id);
    return new Map(keys.map((key) => [key, consentStates(byCustomer.get(key) ?? [])]));
  }, consentStates([]));
  const consentHistory = pagesLoader((keys, page) => findConsentHistory(domain, keys, page));
  const favourites = pagesLoader((keys, page) => findFavourites(domain, keys, page));

  return {
    keyOf,
    customerById,
    addressesOf,
    versionById,
    consentsOf,
    consentHistory: (customerId, page) => consentHistory.load(customerId, page),
    favourites: (customerId, page) => favourites.load(customerId, page),
    forget() {
      for (const loader of [keyOf, customerById, addressesOf, versionById, consentsOf, consentHistory, favourites])
        loader.clearAll();
    },
  };
}
