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
  /** How many nodes the client gets at most. Fetch one more, to know whether there is a next page. */
  readonly limit: number;
  /** Sort key of the last node the client has; undefined at the beginning. */
  readonly after: Key | undefined;
  /** Which list it is a page of, within every cursor of it. */
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
 * Of what a sort key is made. A cursor comes from a client: what passes here can be handed to the database as it is.
 */
export const sortable = {
  id: z.string().refine(isId),
  /** As `toISOString` writes it, from the year 1 on: PostgreSQL knows no year 0. */
  instant: z.iso.datetime({ precision: 3 }).refine((text) => text >= '0001'),
  text: z.string().max(1_000).refine(isStorable),
  number: z.int32(),
};

/** A list that is read in pages. */
export interface PagedList<Key extends readonly (string | number)[]> {
  /**
   * Reads `first` and `after`. `first` is 20 unless the list says otherwise, and at most 100: more is refused, never
   * cut silently. `of` names whose list it is, where there is one for each parent: the cursor of one is refused by
   * another.
   */
  page(args: PageArgs, of?: string): Page<Key>;
  /**
   * Makes a connection of rows fetched with `limit + 1`, in list order. `keyOf` gives the sort key that `page.after`
   * will carry: it must order the rows totally (end with an id), since the next page begins strictly behind it.
   */
  connection<Row>(rows: readonly Row[], page: Page<Key>, keyOf: (row: Row) => Key): Connection<Row>;
}

const most = 100;

/**
 * Declares a list by a name that no other has and the parts of its sort key. A cursor is the key and the list it is of:
 * neither secret nor signed, since whoever writes one by hand gets no more than a page that begins there; but of the
 * very shape that the list writes, so that nothing else reaches a statement.
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
      // Written anew it is the same text: base64 and JSON can say one thing in many ways, cut short and with what
      // nobody reads behind it.
      if (of === list && key.success && encode(list, key.data as Key) === cursor) return key.data as Key;
    } catch {
      /* told below */
    }
    throw new CodedError('BAD_USER_INPUT', '`after` is not a cursor of this list. Pass an `endCursor` as it came.');
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
