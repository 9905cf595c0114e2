import { randomInt } from 'node:crypto';

/**
 * Letters that nobody mistakes for others, and of which no words can be made (RFC 8628, section 6.1). Eight of them are
 * 2.5 × 10¹⁰ codes.
 */
const letters = 'BCDFGHJKLMNPQRSTVWXZ';
const length = 8;

export const newUserCode = (): string => Array.from({ length }, () => letters[randomInt(letters.length)]).join('');

/** The code that somebody typed, as it is stored. */
export const readUserCode = (typed: string): string => typed.toUpperCase().replaceAll(/[\s-]/g, '');

/** As it is shown: `BCDF-GHJK`. */
export const shownUserCode = (code: string): string => `${code.slice(0, length / 2)}-${code.slice(length / 2)}`;
