import { CodedError } from './codedError.ts';

export type SortKey = readonly (string | number | null)[];

export interface PageArgs {
  first?: number | null;
  after?: string | null;
}

export interface Page {
  /** How many nodes the client gets at most. Fetch one more, to know whether there is a next page. */
  readonly limit: number;
  /** Sort key of the last node the client has; undefined at the beginning. */
  readonly after: SortKey | undefined;
}

export interface Connection<Node> {
  readonly edges: { readonly cursor: string; readonly node: Node }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

const encode = (key: SortKey): string => Buffer.from(JSON.stringify(key)).toString('base64url');

function decode(cursor: string): SortKey {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(key) && key.every((part) => part === null || ['string', 'number'].includes(typeof part))) return key as SortKey;
  } catch { /* told below */ }
  throw new CodedError('BAD_USER_INPUT', '`after` is not a cursor of this list. Pass an `endCursor` as it came.');
}

/** Reads `first` and `after`. `first` is 20 unless told, and at most `max` (100): more is refused, never cut silently. */
export function pageArgs(args: PageArgs, { max = 100, default: usual = 20 }: { max?: number; default?: number } = {}): Page {
  const limit = args.first ?? Math.min(usual, max);
  if (limit < 1 || limit > max) throw new CodedError('BAD_USER_INPUT', `\`first\` must lie between 1 and ${max}.`);
  return { limit, after: args.after == null ? undefined : decode(args.after) };
}

/**
 * Makes a connection of rows fetched with `limit + 1`, in list order. `keyOf` gives the sort key that `page.after` will carry:
 * it must order the rows totally (end with an id), since the next page begins strictly behind it.
 */
export function toConnection<Row>(rows: readonly Row[], page: Page, keyOf: (row: Row) => SortKey): Connection<Row> {
  const edges = rows.slice(0, page.limit).map((node) => ({ cursor: encode(keyOf(node)), node }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > page.limit,
      hasPreviousPage: page.after !== undefined,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
