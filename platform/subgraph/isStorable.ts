/**
 * Whether PostgreSQL can store a text as it is. It refuses U+0000, and halves of surrogate pairs cannot be encoded in
 * UTF-8.
 */
export const isStorable = (text: string): boolean => !/[\0\p{Cs}]/u.test(text);
