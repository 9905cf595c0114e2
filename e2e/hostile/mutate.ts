/** A generator of numbers in [0, 1) that gives the same ones for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const spices = [
  '\u0000',
  '\ud800',
  '\u202e',
  '"',
  '\\',
  '{',
  '}',
  '[',
  '...',
  '$x',
  '@skip(if: true)',
  '__proto__',
  'constructor',
  '__schema { types { name } }',
  '_entities(representations: [{__typename: "Order", id: "x"}]) { __typename }',
  'null',
  '-1',
  '1e309',
  '9007199254740993',
  'NaN',
  'true',
  '""',
  '"""',
  '#',
  "' or 1=1 --",
  '%00',
  '../../',
  '%',
  '🍔',
  '\r\nx-injected: 1\r\n\r\n',
];

/** A text made wrong in one to six places: cut, doubled, exchanged, or with something in it that does not belong. */
export function mutated(text: string, random: () => number): string {
  const below = (n: number): number => Math.floor(random() * n);
  let result = text;
  for (let left = 1 + below(6); left > 0; left -= 1) {
    const at = below(result.length + 1);
    const to = Math.min(result.length, at + 1 + below(20));
    const [before, part, after] = [result.slice(0, at), result.slice(at, to), result.slice(to)];
    result = [
      () => before + after,
      () => before + part + part + after,
      () => before + spices[below(spices.length)]! + after,
      () => before + spices[below(spices.length)]! + part + after,
      () => before,
      () => before + String.fromCharCode(below(65_536)) + after,
      () => before + part.repeat(below(60)) + after,
      () => after + before,
    ][below(8)]!();
  }
  return result.slice(0, 150_000);
}

/** The text as it arrives over the wire: a half of a character outside of the basic plane is none. */
export const wellFormed = (text: string): string => Buffer.from(text).toString();
