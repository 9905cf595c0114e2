import { english } from './englishTexts.ts';
import { german } from './germanTexts.ts';
import type { OrderTexts } from './orderTexts.ts';

/** The languages in which the menu is kept. */
export const languages: readonly OrderTexts[] = [english, german];

export const textsIn = (language: string): OrderTexts =>
  languages.find((texts) => texts.language === language) ?? english;
