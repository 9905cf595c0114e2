import { createHash } from 'node:crypto';
import { z } from 'zod';
import { CodedError } from './codedError.ts';
import { isId } from '#platform/domain/id.ts';
import { isStorable } from './isStorable.ts';

export interface PageArgs {
  first?: number | null;
  after?: string | null;
}

export interface Page<Key> {
  /** How many nodes the client gets at most. Fetch one more row, to learn whether there is a next page. */
  readonly limit: number;
  /** Sort key of the last node that the client has; undefined for the first page. */
  readonly after: Key | undefined;
  /** Identifies the list; every cursor of the page contains it, so that another list refuses the cursor. */
  readonly list: string;
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

/**
 * The types that parts of a sort key may have. A cursor comes from a client, so these schemas are strict: a value that
 * passes can be given to the database as it is.
 */
export const sortable = {
  id: z.string().refine(isId),
  /** As `toISOString` writes it, from the year 1 on, since PostgreSQL has no year 0. */
  instant: z.iso.datetime({ precision: 3 }).refine((text) => text >= '0001'),
  text: z.string().max(1_000).refine(isStorable),
  number: z.int32(),
};

/** A list that is read in pages. */
export interface PagedList<Key extends readonly (string | number)[]> {
  /**
   * Reads the arguments `first` and `after`. `first` is 20 by default (or the list's own default) and at most 100; more
   * is refused. `of` names the parent if each parent has a list of its own: a cursor of one parent's list is then
   * refused by another's.
   * @throws CodedError BAD_USER_INPUT
   */
  page(args: PageArgs, of?: string): Page<Key>;
  /**
   * Makes a connection from rows in list order, of which `page.limit + 1` were fetched. `keyOf` gives a row's sort key,
   * which comes back as `page.after`. No two rows may have the same key (let it end with an id), since the next page
   * begins strictly behind it.
   */
  connection<Row>(rows: readonly Row[], page: Page<Key>, keyOf: (row: Row) => Key): Connection<Row>;
}

const most = 100;

/** What keeps the rows behind a cursor, in a list by `createdAt` and id with the newest first. */
export const olderThan = (after: readonly [createdAt: string, id: string] | undefined) => {
  if (!after) return {};
  const [time, id] = after;
  const createdAt = new Date(time);
  return { OR: [{ createdAt: { lt: createdAt } }, { createdAt, id: { lt: id } }] };
};

/**
 * Declares a paged list by a unique name and the parts of its sort key. A cursor consists of the list and the key. It
 * is neither secret nor signed: a client that makes one by hand only gets a page that begins elsewhere. But it must
 * have exactly the form that this list writes, so that nothing unchecked reaches a statement.
 */
export function pagedList<Parts extends [z.ZodType<string | number>, ...z.ZodType<string | number>[]]>(
  name: string,
  parts: Parts,
  { usual = 20 }: { usual?: number } = {},
): PagedList<z.output<z.ZodTuple<Parts, null>> & readonly (string | number)[]> {
  type Key = z.output<z.ZodTuple<Parts, null>> & readonly (string | number)[];
  const schema = z.tuple(parts);
  const encode = (list: string, key: Key): string => Buffer.from(JSON.stringify([list, ...key])).toString('base64url');

  function decode(list: string, cursor: string): Key {
    try {
      const [of, ...parts] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
      const key = schema.safeParse(parts);
      // The cursor must equal what this list would write for the key: base64 and JSON allow many spellings of one
      // value, also truncated ones and ones with ignored characters at the end.
      if (of === list && key.success && encode(list, key.data as Key) === cursor) return key.data as Key;
    } catch {
      /* Whatever cannot be read is refused below. */
    }
    throw new CodedError(
      'BAD_USER_INPUT',
      '`after` is not a cursor of this list. Pass the one that came with an earlier page, unchanged.',
    );
  }

  return {
    page(args, of = '') {
      const limit = args.first ?? usual;
      if (limit < 1 || limit > most)
        throw new CodedError('BAD_USER_INPUT', `\`first\` must lie between 1 and ${most}.`);
      const list = createHash('sha256')
        .update(JSON.stringify([name, of]))
        .digest('base64url')
        .slice(0, 8);
      return { limit, list, after: args.after == null ? undefined : decode(list, args.after) };
    },
    connection(rows, page, keyOf) {
      const edges = rows.slice(0, page.limit).map((node) => ({ cursor: encode(page.list, keyOf(node)), node }));
      return {
        edges,
        pageInfo: {
          hasNextPage: rows.length > page.limit,
          hasPreviousPage: page.after !== undefined,
          startCursor: edges[0]?.cursor ?? null,
          endCursor: edges.at(-1)?.cursor ?? null,
        },
      };
    },
  };
}
