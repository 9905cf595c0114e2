export interface TimelineEntry {
  readonly at: string;
  readonly endedAt: string | null;
  readonly kind: string;
  readonly domain: string;
  readonly name: string;
  readonly outcome: string | null;
  readonly detail: string | null;
  readonly actor: string | null;
  readonly onBehalfOf: string | null;
  readonly traceId: string | null;
}

/** What has no end while it is under way. Of events and of records of an instant there is no end to wait for. */
const last = new Set(['SAGA', 'WAIT', 'RECORD', 'CALL', 'MESSAGE', 'WEBHOOK_IN', 'WEBHOOK_OUT']);

/** A timeline as a table: a line for each entry, the oldest first. A trace is written where another one begins. */
export function timelineText(entries: readonly TimelineEntry[]): string[] {
  const rows = entries.map(({ at, endedAt, kind, domain, name, outcome, detail, actor, onBehalfOf }) => [
    at.replace('T', ' ').replace('Z', ''),
    endedAt === null ? (last.has(kind) ? 'not ended' : '') : lengthOf(at, endedAt),
    domain,
    kind.toLowerCase().replace('_', ' '),
    name,
    outcome ?? '',
    [detail, actor && `by ${actor}${onBehalfOf ? ` for ${onBehalfOf}` : ''}`].filter(Boolean).join(', '),
  ]);
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map(({ length }, column) => Math.max(widest[column] ?? 0, length)),
    [],
  );
  let trace: string | null = null;
  return rows.map((row, index) => {
    const { traceId } = entries[index]!;
    const isNew = traceId !== null && traceId !== trace;
    if (isNew) trace = traceId;
    const cells = row.map((cell, column) => (column === 1 ? cell.padStart(widths[1]!) : cell.padEnd(widths[column]!)));
    return [...cells, isNew ? `trace ${traceId}` : ''].join('  ').trimEnd();
  });
}

function lengthOf(from: string, to: string): string {
  const milliseconds = Date.parse(to) - Date.parse(from);
  return milliseconds < 10_000 ? `${milliseconds} ms` : `${Math.round(milliseconds / 1_000)} s`;
}
