import type { Domain } from '#platform/domain/domain.ts';
import { pause } from '#platform/events/pause.ts';
import { retention, type ForgetOld, type Kept } from '#schema/retention.ts';
import type { Background } from './defineSubgraph.ts';

const hour = 3_600_000;
/** Few enough that a statement is over in a moment, and holds nobody up. */
const atOnce = 5_000;

type Forgetting = Pick<Domain, 'name' | 'pool' | 'clock'>;

/** Deletes or empties, once an hour, what `schema/retention.ts` says is kept no longer. */
export const forgetOld = (domain: Forgetting): Background => ({
  name: 'what is kept no longer',
  async run(signal) {
    while (!signal.aborted) {
      await forgetOnce(domain, signal);
      await pause(hour, signal);
    }
  },
});

/** Does it once; resolves to how many rows there were, by table. */
export async function forgetOnce(domain: Forgetting, signal?: AbortSignal): Promise<Record<string, number>> {
  const forgotten: Record<string, number> = {};
  for (const [table, days, how] of forgottenIn(domain.name)) {
    const before = new Date(domain.clock().getTime() - days * 24 * hour);
    for (let rows = atOnce; rows === atOnce && !signal?.aborted;) {
      rows = (await domain.pool.query(statement(table, how), [before])).rowCount ?? 0;
      forgotten[table] = (forgotten[table] ?? 0) + rows;
    }
  }
  return forgotten;
}

function statement(table: string, { since, empties = [] }: ForgetOld): string {
  const left = empties.map((column) => `"${column}" IS NOT NULL`).join(' OR ');
  const which = `SELECT ctid FROM ${table} WHERE "${since}" < $1${left && ` AND (${left})`} LIMIT ${atOnce}`;
  return empties.length === 0
    ? `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(${which}))`
    : `UPDATE ${table} SET ${empties.map((column) => `"${column}" = NULL`).join(', ')} WHERE ctid = ANY (ARRAY(${which}))`;
}

/** What the platform forgets by itself in a domain's database: table, with its schema, and how. */
function forgottenIn(domain: string): readonly (readonly [table: string, days: number, how: ForgetOld])[] {
  const tables: Readonly<Record<string, Readonly<Record<string, Kept>>>> = retention;
  const of = (schema: string, owner: string) =>
    Object.entries(tables[owner] ?? {}).flatMap(([table, kept]) =>
      kept.kept === 'for a time' && 'since' in kept.by ? [[`${schema}.${table}`, kept.days, kept.by] as const] : [],
    );
  return [...of('public', domain), ...of('platform', 'platform')];
}
