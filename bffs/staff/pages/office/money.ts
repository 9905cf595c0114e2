export interface Amount {
  readonly amount: number;
  readonly currency: string;
  readonly exponent: number;
}

/** Formats an amount of money as it is written in the language. */
export const money = ({ amount, currency, exponent }: Amount, language: string): string =>
  (amount / 10 ** exponent).toLocaleString(language, {
    style: 'currency',
    currency,
    minimumFractionDigits: exponent,
    maximumFractionDigits: exponent,
  });

/**
 * Reads an amount that somebody typed, with a decimal comma or point, as minor units. Returns undefined if the text is
 * no amount of this currency.
 */
export function readAmount(text: string, exponent: number): number | undefined {
  const found = /^(\d{1,8})(?:[.,](\d+))?$/.exec(text.trim());
  if (!found) return undefined;
  const [, whole, part = ''] = found;
  return part.length <= exponent ? Number(`${whole}${part.padEnd(exponent, '0')}`) : undefined;
}

/** Formats an amount as it is typed into a field. */
export const amountText = (amount: number, exponent: number): string => (amount / 10 ** exponent).toFixed(exponent);

/** How many decimals a currency has: 2 for EUR, none for JPY. */
export const exponentOf = (currency: string): number =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
