const known = new Set(Intl.supportedValuesOf('currency'));

/** Whether it is the code of a currency (ISO 4217, as the runtime knows them). */
export const isCurrency = (code: string): boolean => known.has(code);

/** How many digits a currency has after the point: 2 for EUR, 0 for JPY. */
export const exponentOf = (currency: string): number =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
