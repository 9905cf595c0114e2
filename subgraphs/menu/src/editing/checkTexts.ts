import { charactersIn, isPrintable, notPrintable, textProblem } from '#platform/subgraph/characters.ts';
import { chainLimits } from '#schema/chainLimits.ts';
import type { Texts } from '../catalogue.ts';
import { invalid, type EditRefusal } from './menuEdit.ts';

/**
 * What is wrong with a name by language. A new one needs English, which stands in for languages that it does not have.
 */
export function nameProblem(field: string, name: Texts | undefined, isNew = true): EditRefusal | undefined {
  if (!name) return undefined;
  if (isNew && !name['en'])
    return invalid(field, 'Give a name in English: it is shown where another language is missing.');
  const [unfit] = Object.values(name).flatMap((text) => textProblem(text, chainLimits.name) ?? []);
  return unfit === undefined ? undefined : invalid(field, unfit);
}

export const descriptionProblem = (description: Texts | undefined): EditRefusal | undefined =>
  Object.values(description ?? {}).some((text) => charactersIn(text) > chainLimits.description || !isPrintable(text))
    ? invalid(
        'description',
        `Write at most ${chainLimits.description} characters in each language, and ${notPrintable}.`,
      )
    : undefined;

/** A number of the input lies within bounds. */
export const boundsProblem = (
  field: string,
  value: number | undefined,
  least: number,
  most: number,
): EditRefusal | undefined =>
  value !== undefined && (value < least || value > most)
    ? invalid(field, `Give a number from ${least} to ${most}.`)
    : undefined;

/** Whether a list names something twice. */
export const hasTwice = (ids: readonly string[]): boolean => new Set(ids).size < ids.length;
