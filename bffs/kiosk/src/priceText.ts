import type { Locale } from '#generated/bffs/kiosk/operations.ts';

const formats = new Map<string, Intl.NumberFormat>();

/**
 * Formats an amount in minor units as people who speak the language write it, with as many digits as the currency has.
 */
export function priceText(
  { amount, currency, exponent }: { amount: number; currency: string; exponent: number },
  locale: Locale,
): string {
  const key = `${locale} ${currency} ${exponent}`;
  const format =
    formats.get(key) ??
    new Intl.NumberFormat(locale.toLowerCase(), {
      style: 'currency',
      currency,
      minimumFractionDigits: exponent,
      maximumFractionDigits: exponent,
    });
  formats.set(key, format);
  return format.format(amount / 10 ** exponent);
}
