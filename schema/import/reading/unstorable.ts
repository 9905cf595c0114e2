/**
 * A character that no database keeps: U+0000, or half of one that UTF-16 writes in two parts; or U+FFFD, which stands
 * for a letter that another program could not read, and would be on menus and receipts.
 */
const wrong = /[\u0000\ufffd]|\p{Surrogate}/u;

export interface Unstorable {
  readonly column: string;
  /** Such as `U+0000`. */
  readonly character: string;
}

/** The first character of each column that is not to be kept. A text by language has a column for each: `name.en`. */
export function unstorableIn(row: unknown, of?: string): Unstorable[] {
  if (typeof row === 'string') {
    const [character] = wrong.exec(row) ?? [];
    return character === undefined || of === undefined ? [] : [{ column: of, character: nameOf(character) }];
  }
  if (typeof row !== 'object' || row === null) return [];
  if (Array.isArray(row)) return row.flatMap((each) => unstorableIn(each, of)).slice(0, 1);
  return Object.entries(row).flatMap(([name, value]) => unstorableIn(value, of === undefined ? name : `${of}.${name}`));
}

const nameOf = (character: string): string =>
  `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
