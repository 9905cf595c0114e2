import { amountText, readAmount } from './money.ts';

export interface Tier {
  readonly upToMetres: number;
  readonly fee: number;
}

/** Two rows are empty, for distances that are new. */
const spareRows = 2;
const mostTiers = 20;

/** A number with at most so many decimals, as somebody typed it, in units of the last decimal. */
function scaled(text: string, decimals: number): number | undefined {
  const found = /^(\d{1,6})(?:[.,](\d+))?$/.exec(text.trim());
  if (!found) return undefined;
  const [, whole = '', part = ''] = found;
  return part.length <= decimals ? Number(`${whole}${part.padEnd(decimals, '0')}`) : undefined;
}

export const kilometres = (metres: number): string => String(metres / 1_000);

export const percent = (basisPoints: number): string => String(basisPoints / 100);

/** Reads a rate such as `7` or `8,87` % as hundredths of a percent; undefined if it is none, or is finer. */
export const readPercent = (text: string): number | undefined => scaled(text, 2);

/** What the fields of distances show. */
export const tierFields = (
  tiers: readonly Tier[],
  exponent: number,
): { readonly index: number; readonly distance: string; readonly fee: string }[] => [
  ...tiers.map(({ upToMetres, fee }, index) => ({
    index: index + 1,
    distance: kilometres(upToMetres),
    fee: amountText(fee, exponent),
  })),
  ...Array.from({ length: Math.min(spareRows, mostTiers - tiers.length) }, (_, spare) => ({
    index: tiers.length + spare + 1,
    distance: '',
    fee: '',
  })),
];

/** Reads the fields of distances, nearest first; empty rows are left out. Undefined if one cannot be read. */
export function readTiers(values: Readonly<Record<string, string>>, exponent: number): Tier[] | undefined {
  const tiers: Tier[] = [];
  for (let index = 1; index <= mostTiers; index += 1) {
    const [distance = '', fee = ''] = [values[`distance-${index}`], values[`fee-${index}`]];
    if (distance.trim() === '' && fee.trim() === '') continue;
    const [upToMetres, amount] = [scaled(distance, 3), readAmount(fee, exponent)];
    if (upToMetres === undefined || amount === undefined) return undefined;
    tiers.push({ upToMetres, fee: amount });
  }
  return tiers.sort((a, b) => a.upToMetres - b.upToMetres);
}
