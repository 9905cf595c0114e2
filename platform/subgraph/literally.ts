/**
 * Escapes a text for LIKE, so that it is searched for literally: `%`, `_` and `\\` would be wildcards. Prisma's
 * `startsWith`, `endsWith` and `contains` use LIKE and do not escape; a lint rule demands this function in them.
 */
export const literally = (text: string): string => text.replace(/[\\%_]/g, '\\$&');
