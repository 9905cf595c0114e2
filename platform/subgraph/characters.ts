/**
 * How many characters a text has, as every limit of the graph counts them: Unicode code points. `length` counts the
 * units of UTF-16 instead, of which an emoji has two: people would be told that less fits than they were promised.
 */
export const charactersIn = (text: string): number => [...text].length;
