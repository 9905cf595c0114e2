/**
 * A text that a search is to find as it is: `%`, `_` and `\\` are wildcards to LIKE, and so to Prisma's `startsWith`,
 * `endsWith` and `contains`, which hand on what they are given. Lint asks for it wherever one of them is used.
 */
export const literally = (text: string): string => text.replace(/[\\%_]/g, '\\$&');
