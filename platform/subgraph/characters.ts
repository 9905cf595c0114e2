/**
 * How many characters a text has; every limit of the graph counts them in this way, as Unicode code points. `length`
 * counts UTF-16 units instead: an emoji has two of them, so it would allow less than the limit promises.
 */
export const charactersIn = (text: string): number => [...text].length;

/** Blanks, and what takes no place on a screen: a text of these alone looks empty. */
const unseen = /[\p{Z}\p{C}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/**
 * Control characters other than tabs and ends of lines, and marks that turn the direction of all that follows them: a
 * name with one makes the rest of a ticket or a list read backwards.
 */
export const isPrintable = (text: string): boolean => !/(?![\t\n\r])[\p{Cc}\u202A-\u202E\u2066-\u2069]/u.test(text);

/** Whether anybody who reads the text sees something. */
export const isSeen = (text: string): boolean => text.replaceAll(unseen, '') !== '';

export const notPrintable = 'leave out control characters, and those that turn the direction of writing';

/** What is wrong with a text that people read, such as a name; undefined if nothing is. */
export function textProblem(text: string, most: number): string | undefined {
  if (!isSeen(text) || charactersIn(text) > most) return `Write 1 to ${most} characters.`;
  return isPrintable(text) ? undefined : `Please ${notPrintable}.`;
}
