/**
 * How many characters a text has; every limit of the graph counts them in this way, as Unicode code points. `length`
 * counts UTF-16 units instead: an emoji has two of them, so it would allow less than the limit promises.
 */
export const charactersIn = (text: string): number => [...text].length;
