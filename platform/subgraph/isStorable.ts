/**
 * Whether PostgreSQL can keep a text as it is: without U+0000, which it refuses, and without half of a surrogate pair,
 * which UTF-8 cannot say.
 */
export const isStorable = (text: string): boolean => !/[\0\p{Cs}]/u.test(text);
