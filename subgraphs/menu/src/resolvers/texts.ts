import type { Locale } from '#generated/menu/resolvers.ts';
import type { Texts } from '../catalogue.ts';

/** A text in the language asked for; in English, or whatever there is, when it is missing. */
export const textIn = (texts: Texts, locale: Locale | null | undefined): string =>
  texts[(locale ?? 'EN').toLowerCase()] ?? texts['en'] ?? Object.values(texts)[0] ?? '';
