import { randomBytes } from 'node:crypto';
import { put } from './put.ts';

/** What stands before the digits in a string that is to be a number; nobody outside can guess it. */
const mark = `number ${randomBytes(9).toString('hex')} `;
/** Within a text that is quoted in a string, such as the default of an argument, the quotes are escaped. */
const marked = new RegExp(`\\\\?"${mark}(-?[0-9][0-9.eE+-]*)\\\\?"`, 'g');
/** Texts without any of these have no number that a double would change. */
const mayHave = /[:,[\s](?:-0(?![.\d])|-?\d(?:[\d.]{15}|[\d.]*[eE]|\d*\.\d*0(?!\d)|\.0{6}))/;
const tokens = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

let anyMade = false;

/** A number with the digits that it was written with, where a double is written with others. */
export class ExactNumber {
  readonly digits: string;

  private constructor(digits: string) {
    anyMade = true;
    this.digits = digits;
  }

  /** The number that a text is: a double if that is written so. */
  static of(digits: string): number | ExactNumber {
    const double = Number(digits);
    return isSame(digits, double) ? double : new ExactNumber(digits);
  }

  /** Its digits, if it is a whole number, however it was written; undefined if not. */
  get integer(): string | undefined {
    const [, whole = '', fraction = '', power] = /^(-?\d+)(?:\.(\d+))?(?:[eE](.*))?$/.exec(this.digits) ?? [];
    const zeros = /0*$/.exec(`${whole}${fraction}`)![0].length;
    if (Number(power ?? 0) - fraction.length + zeros < 0 && this.valueOf() !== 0) return undefined;
    if (power === undefined) return whole;
    return Number.isSafeInteger(this.valueOf()) ? String(this.valueOf()) : undefined;
  }

  valueOf(): number {
    return Number(this.digits);
  }

  toString(): string {
    return this.digits;
  }

  toJSON(): string {
    return `${mark}${this.digits}`;
  }
}

/** Whether a double prints as the same text: `19.90` is a price to some scalars, and `19.9` another one. */
const isSame = (digits: string, double: number): boolean => String(double) === digits;

/** Whether JSON.parse might lose digits of this text. */
export const hasExactNumbers = (text: string): boolean => mayHave.test(text);

/** The text with its exact numbers as strings, which `revive` takes back. */
export const protect = (text: string): string =>
  text.replace(tokens, (token) =>
    token.startsWith('"') || isSame(token, Number(token)) ? token : `"${mark}${token}"`,
  );

/** Puts numbers in the place of the strings that `protect` made, within a value that was parsed. */
export function revive(value: unknown): unknown {
  if (typeof value === 'string') return value.startsWith(mark) ? ExactNumber.of(value.slice(mark.length)) : value;
  if (typeof value !== 'object' || value === null) return value;
  const object = value as Record<string, unknown>;
  for (const key of Object.keys(object)) {
    const before = object[key];
    const after = revive(before);
    if (after !== before) put(object, key, after);
  }
  return value;
}

/** JSON, each number with its own digits. */
export const stringifyExactly = (value: unknown): string => withDigits(JSON.stringify(value));

/** The value, or one that has the nearest doubles in the place of its exact numbers: as JSON.parse would have it. */
export function withDoubles<T>(value: T): T {
  const json = JSON.stringify(value);
  return anyMade && json.includes(mark) ? (JSON.parse(withDigits(json)) as T) : value;
}

/** What JSON.stringify made of a value, each number with its own digits. */
export const withDigits = (json: string): string =>
  anyMade && json.includes(mark) ? json.replace(marked, '$1') : json;
