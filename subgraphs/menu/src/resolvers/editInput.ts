import type { MenuTextInput } from '#generated/menu/resolvers.ts';
import { withLineFeeds } from '#platform/subgraph/lineEnds.ts';
import type { Texts } from '../catalogue.ts';

/** Texts by lower-case language; of two in one language the last. Undefined when none are given. */
export const textsOf = (texts: readonly MenuTextInput[] | null | undefined): Texts | undefined =>
  texts
    ? Object.fromEntries(texts.map(({ locale, text }) => [locale.toLowerCase(), withLineFeeds(text.trim())]))
    : undefined;

/** The fields that an input gives a value; those that are left out or null are left out. */
export const given = <Fields extends object>(fields: {
  readonly [Key in keyof Fields]: Fields[Key] | null | undefined;
}): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined)) as Fields;
