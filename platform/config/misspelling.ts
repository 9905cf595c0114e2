/** The known name that is most similar to an unknown one; undefined when none is similar enough. */
export function nearest(unknown: string, known: Iterable<string>): string | undefined {
  let best: { name: string; distance: number } | undefined;
  for (const name of known) {
    // Each letter that one has more is an edit. Every process compares its whole environment when it starts.
    if (Math.abs(name.length - unknown.length) > allowance(name)) continue;
    const distance = editDistance(unknown.toUpperCase(), name.toUpperCase());
    if (distance <= allowance(name) && (!best || distance < best.distance)) best = { name, distance };
  }
  return best?.name;
}

/** A sentence to follow a complaint about an unknown name; empty when no known name is similar enough. */
export function didYouMean(unknown: string, known: Iterable<string>): string {
  const name = nearest(unknown, known);
  return name === undefined ? '' : ` Did you mean ${name}?`;
}

/** How many edits still count as a misspelling. Short names are similar to too many others (`BUS` to `BUN`): none. */
const allowance = (name: string): number => (name.length < 5 ? 0 : name.length < 8 ? 1 : 2);

/**
 * The edit distance of two texts: how many letters have to be inserted, deleted, replaced or swapped with their
 * neighbour to turn one into the other (optimal string alignment).
 */
export function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = cell(rows, i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? cell(rows, i - 2, j - 2) + 1 : Infinity;
      row.push(Math.min(cell(rows, i - 1, j) + 1, (row[j - 1] ?? 0) + 1, replaced, swapped));
    }
    rows.push(row);
  }
  return cell(rows, a.length, b.length);
}

const cell = (rows: readonly (readonly number[])[], i: number, j: number): number => rows[i]?.[j] ?? Infinity;
