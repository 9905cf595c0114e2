/** Thrown by whatever meets an answer that is not as the plan has it: then the general way reads the same bytes. */
export class Surprise extends Error {
  override readonly name = 'Surprise';
}

/** Made once: a stack trace for each would cost more than reading the answer in the general way. */
export const surprise = new Surprise('an answer is not as the plan has it');

/** @throws Surprise */
export function bad(): never {
  throw surprise;
}

/*
 * What follows steps over one value of JSON, which begins at `at`, and returns where it ends. Each is strict: what
 * JSON.parse refuses is a surprise. `bytes[at]` beyond the end is undefined, which is a surprise to all of them.
 */

/** @param at after the quotation mark */
export function string(bytes: Uint8Array, at: number): number {
  let end = at;
  for (;;) {
    const byte = bytes[end++]!;
    if (byte > 92) continue;
    if (byte === 34) return end;
    if (byte === 92) end = escape(bytes, end);
    else if (!(byte >= 32)) bad();
  }
}

const plainEscapes = new Set([...'"\\/bfnrt'].map((each) => each.charCodeAt(0)));

function escape(bytes: Uint8Array, at: number): number {
  const byte = bytes[at]!;
  if (plainEscapes.has(byte)) return at + 1;
  if (byte !== 117) bad();
  for (let digit = at + 1; digit < at + 5; digit += 1) {
    const each = bytes[digit]!;
    const isHex = (each >= 48 && each <= 57) || (each >= 65 && each <= 70) || (each >= 97 && each <= 102);
    if (!isHex) bad();
  }
  return at + 5;
}

/** The end of a run of digits, of which there must be one. */
function digits(bytes: Uint8Array, at: number): number {
  let end = at;
  while (bytes[end]! >= 48 && bytes[end]! <= 57) end += 1;
  if (end === at) bad();
  return end;
}

function whole(bytes: Uint8Array, at: number): number {
  const start = bytes[at] === 45 ? at + 1 : at;
  const end = digits(bytes, start);
  if (bytes[start] === 48 && end > start + 1) bad();
  return end;
}

/** A number of 32 bits that is written without fraction and exponent. */
export function int(bytes: Uint8Array, at: number): number {
  const isNegative = bytes[at] === 45;
  const end = whole(bytes, at);
  let value = 0;
  if (end - at > 11) bad();
  for (let digit = isNegative ? at + 1 : at; digit < end; digit += 1) value = value * 10 + bytes[digit]! - 48;
  if (value > (isNegative ? 2 ** 31 : 2 ** 31 - 1) || (isNegative && value === 0)) bad();
  const next = bytes[end]!;
  if (next === 46 || next === 69 || next === 101) bad();
  return end;
}

export function number(bytes: Uint8Array, at: number): number {
  let end = whole(bytes, at);
  if (bytes[end] === 46) end = digits(bytes, end + 1);
  if (bytes[end] === 69 || bytes[end] === 101) {
    const sign = bytes[end + 1];
    end = digits(bytes, sign === 43 || sign === 45 ? end + 2 : end + 1);
  }
  return end;
}

export function boolean(bytes: Uint8Array, at: number): number {
  if (bytes[at] === 116 && bytes[at + 1] === 114 && bytes[at + 2] === 117 && bytes[at + 3] === 101) return at + 4;
  if (bytes[at] !== 102 || bytes[at + 1] !== 97 || bytes[at + 2] !== 108 || bytes[at + 3] !== 115) bad();
  if (bytes[at + 4] !== 101) bad();
  return at + 5;
}

export function nothing(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== 110 || bytes[at + 1] !== 117 || bytes[at + 2] !== 108 || bytes[at + 3] !== 108) bad();
  return at + 4;
}

/** Which of these texts in quotation marks stands there. */
export function which(bytes: Uint8Array, at: number, texts: readonly Uint8Array[]): number {
  for (let index = 0; index < texts.length; index += 1) {
    const text = texts[index]!;
    let length = 0;
    while (length < text.length && bytes[at + length] === text[length]) length += 1;
    if (length === text.length) return index;
  }
  return bad();
}

/** The end of one of these texts in quotation marks. */
export const oneof = (bytes: Uint8Array, at: number, texts: readonly Uint8Array[]): number =>
  at + texts[which(bytes, at, texts)]!.length;

const maxDepth = 60;

/** Any value without white space around its parts. */
export function any(bytes: Uint8Array, at: number, depth = 0): number {
  if (depth > maxDepth) bad();
  switch (bytes[at]) {
    case 34:
      return string(bytes, at + 1);
    case 91:
      return elements(bytes, at + 1, depth);
    case 110:
      return nothing(bytes, at);
    case 116:
    case 102:
      return boolean(bytes, at);
    case 123:
      return members(bytes, at + 1, depth);
    default:
      return number(bytes, at);
  }
}

function elements(bytes: Uint8Array, at: number, depth: number): number {
  if (bytes[at] === 93) return at + 1;
  let end = at;
  for (;;) {
    end = any(bytes, end, depth + 1);
    const next = bytes[end++];
    if (next === 93) return end;
    if (next !== 44) bad();
  }
}

function members(bytes: Uint8Array, at: number, depth: number): number {
  if (bytes[at] === 125) return at + 1;
  let end = at;
  for (;;) {
    if (bytes[end] !== 34) bad();
    end = string(bytes, end + 1);
    if (bytes[end] !== 58) bad();
    end = any(bytes, end + 1, depth + 1);
    const next = bytes[end++];
    if (next === 125) return end;
    if (next !== 44) bad();
  }
}

/** What may stand after the data of an answer: extensions, which are nobody's, and white space. */
export function rest(bytes: Uint8Array, at: number): void {
  let end = at;
  if (bytes[end] === 44) {
    for (const each of ',"extensions":') if (bytes[end++] !== each.charCodeAt(0)) bad();
    end = any(bytes, end);
  }
  if (bytes[end++] !== 125) bad();
  while (end < bytes.length) {
    const byte = bytes[end++]!;
    if (byte !== 32 && byte !== 10 && byte !== 13 && byte !== 9) bad();
  }
}
