/** An account as it is kept. */
export interface AccountRow {
  readonly customerId: string;
  readonly balance: number;
  /** In all, without what was taken back. */
  readonly earned: number;
  /** Of the last entry; 0 before the first. */
  readonly version: number;
}

/** As the database has it: its wide numbers are exact here, too, far beyond all points there will ever be. */
export const accountOf = ({
  customerId,
  balance,
  earned,
  version,
}: {
  customerId: string;
  balance: bigint;
  earned: bigint;
  version: number;
}): AccountRow => ({ customerId, balance: Number(balance), earned: Number(earned), version });

export interface EntryDraft {
  readonly kind: 'EARNED' | 'REVERSED';
  /** What is added to the balance. */
  readonly points: number;
}

/** What everybody has before the first order. */
export const emptyAccount = (customerId: string): AccountRow => ({ customerId, balance: 0, earned: 0, version: 0 });

/**
 * One point for each whole unit of the currency, and for each hundred of one that has no smaller unit, so that a point
 * is worth about as much everywhere: 12.99 € is 12 points, ¥ 500 is 5.
 */
export const pointsFor = ({ total, exponent }: { total: number; exponent: number }): number =>
  Math.max(0, Math.floor(total / Math.max(100, 10 ** exponent)));

/** The account after an entry. */
export const withEntry = (account: AccountRow, { points }: EntryDraft): AccountRow => ({
  ...account,
  balance: account.balance + points,
  earned: account.earned + points,
  version: account.version + 1,
});
