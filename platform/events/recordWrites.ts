import type { SqlTx } from './sqlTx.ts';

/** The text of a statement, and its parameters, which it reads from one JSON array: `($1->>0)::uuid`. */
export type Write = readonly [text: string, parameters: readonly unknown[]];

/**
 * Notes what `work` writes, to be sent in one call. The parameters must be cast in the statements and be texts,
 * numbers, booleans or null.
 * @throws if it reads, which it cannot before it has written, or whatever it throws itself
 */
export async function recordWrites(work: (tx: SqlTx) => Promise<void>): Promise<Write[]> {
  const writes: Write[] = [];
  await work({
    $queryRawUnsafe: () => Promise.reject(new Error('A projection only writes: it depends on its event alone.')),
    $executeRawUnsafe(sql, ...parameters) {
      if (parameters.some((each) => typeof each === 'object' && each !== null))
        return Promise.reject(new Error('A parameter of a projection is a text, a number, a boolean or null.'));
      writes.push([sql.replace(/\$(\d+)/g, (_, place) => `($1->>${Number(place) - 1})`), parameters]);
      return Promise.resolve(0);
    },
  });
  return writes;
}
