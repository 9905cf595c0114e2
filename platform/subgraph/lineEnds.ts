/** A text with each end of a line as `\n`, whatever was typed or pasted: so it is the same text after any transfer. */
export const withLineFeeds = (text: string): string => text.replaceAll(/\r\n?/g, '\n');
