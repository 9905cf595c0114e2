/** A row of an account. */
export interface AccountRow {
  readonly customerId: string;
  readonly balance: number;
  /** All points that orders ever earned, without those that were taken back. */
  readonly earned: number;
  /** The version of the last entry; 0 before the first one. */
  readonly version: number;
}

/**
 * An account from its database row. The database's 64-bit numbers become JavaScript numbers, which are exact far
 * beyond all points there will ever be.
 */
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
  readonly kind: 'EARNED' | 'REVERSED' | 'GOODWILL' | 'ADJUSTED';
  /** The points added to the balance; negative when points are taken back. */
  readonly points: number;
}

/** The account of a customer before their first entry. */
export const emptyAccount = (customerId: string): AccountRow => ({ customerId, balance: 0, earned: 0, version: 0 });

/**
 * One point for each whole unit of the currency, or for each hundred in a currency without a smaller unit, so that a
 * point is worth about as much everywhere: 12.99 € give 12 points, ¥500 give 5.
 */
export const pointsFor = ({ total, exponent }: { total: number; exponent: number }): number =>
  Math.max(0, Math.floor(total / Math.max(100, 10 ** exponent)));

/** The points of a member whose plan multiplies them, rounded down: 200 percent double them. */
export const multiplied = (points: number, percent: number): number => Math.floor((points * percent) / 100);

/** The account after an entry. Points of goodwill, and those that the loyalty partner changed, were not earned here. */
export const withEntry = (account: AccountRow, { kind, points }: EntryDraft): AccountRow => ({
  ...account,
  balance: account.balance + points,
  earned: account.earned + (kind === 'EARNED' || kind === 'REVERSED' ? points : 0),
  version: account.version + 1,
});
