/** Lays rows out in columns for a terminal: the first and the last column to the left, numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const last = head.length - 1;
  const text = rows.length > 0 && Number.isNaN(Number(rows[0]![last]));
  return all
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 || (column === last && text) ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
        )
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `  ${line}`)
    .join('\n');
}
