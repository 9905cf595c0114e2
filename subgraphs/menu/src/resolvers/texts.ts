import type { Locale } from '#generated/menu/resolvers.ts';
import type { Texts } from '../catalogue.ts';

/** The text in the language asked for; when it is missing, in English, or else in any language there is. */
export const textIn = (texts: Texts, locale: Locale | null | undefined): string =>
  texts[(locale ?? 'EN').toLowerCase()] ?? texts['en'] ?? Object.values(texts)[0] ?? '';
