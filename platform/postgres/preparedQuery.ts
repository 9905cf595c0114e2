import type pg from 'pg';
import { serialize } from 'pg-protocol';
import driver from 'pg/lib/utils.js';

type Parsers = Pick<pg.CustomTypesConfig, 'getTypeParser'>;

/** A statement as it is handed to a connection. */
export interface Statement extends Partial<pg.QueryConfig> {
  readonly text: string;
  readonly rowMode?: string;
  readonly query_timeout?: number;
}

/** The columns of a statement's rows, and an empty row. */
interface Columns {
  readonly fields: readonly pg.FieldDef[];
  readonly empty: Readonly<Record<string, null>>;
}

/**
 * What a connection has prepared, by name: the columns of the rows, once they were told. `unsure` stands for a
 * statement of which the first execution failed: the server may or may not keep it.
 */
export type PreparedStatements = Map<string, Columns | 'unsure'>;

interface Connection {
  readonly stream: { readonly writable: boolean; write(bytes: Buffer): boolean; destroy(): void };
}

/**
 * Whether something has happened to what the session keeps: it was reset (DISCARD ALL, DEALLOCATE ALL), or a statement
 * would now return other types than when it was prepared. PostgreSQL calls that feature_not_supported, as it does other
 * errors; only the message tells them apart.
 */
const isOutdated = ({ code, message }: { code?: string; message?: string }): boolean =>
  code === '26000' || (code === '0A000' && message === 'cached plan must not change result type');

type Heard = (error: Error | null, result?: pg.QueryResult) => void;

const runsAndSyncs = Buffer.concat([serialize.execute(), serialize.sync()]);
const tellsRunsAndSyncs = Buffer.concat([serialize.describe({ type: 'P' }), runsAndSyncs]);

const withoutRows: Columns = { fields: [], empty: {} };
const columnsOf = (fields: readonly pg.FieldDef[]): Columns => ({
  fields,
  empty: Object.fromEntries(fields.map(({ name }) => [name, null])),
});

/** What begins a transaction, to be sent ahead of its first statement. */
const beginsBy = (text: string): Buffer =>
  Buffer.concat([serialize.parse({ text }), serialize.bind(), serialize.execute()]);

const completion = /^([A-Za-z]+)(?: (\d+))?(?: (\d+))?/;

/**
 * One execution of a statement by the extended protocol, in place of the driver's `Query`. Everything is sent by one
 * write, with the BEGIN of the transaction ahead of its first statement: if that fails, PostgreSQL skips the statement.
 * The columns of a prepared statement are asked for once: PostgreSQL refuses one whose columns have changed since.
 */
export class PreparedQuery {
  /** Read by the driver, which exchanges it when the time of a query is over. */
  callback: Heard;
  readonly text: string;
  readonly query_timeout: number | undefined;
  readonly #statement: Statement;
  readonly #prepared: PreparedStatements;
  readonly #begin: string | undefined;
  readonly #bind: Buffer;
  readonly #types: Parsers;
  readonly #name: string;
  #columns: Columns | undefined;
  #parsers: ((value: string) => unknown)[] = [];
  #beginning: boolean;
  #submitted = false;
  #failure: Error | undefined;
  readonly #result: pg.QueryResult & { command: string };

  /**
   * @param name under which the statement is prepared; empty if it is not
   * @param answer where its answer goes, and the BEGIN of the transaction if it was not sent yet
   * @throws what is wrong with the parameters
   */
  constructor(
    statement: Statement,
    name: string,
    prepared: PreparedStatements,
    types: Parsers,
    { begin, heard }: { readonly begin: string | undefined; readonly heard: Heard },
  ) {
    this.#statement = statement;
    this.text = statement.text;
    this.query_timeout = statement.query_timeout;
    this.#name = name;
    this.#prepared = prepared;
    this.#types = statement.types ?? types;
    this.#begin = begin;
    this.#beginning = begin !== undefined;
    this.callback = heard;
    this.#bind = serialize.bind({
      statement: name,
      values: statement.values ?? [],
      valueMapper: driver.prepareValue,
    });
    this.#result = { command: '', rowCount: null, oid: null as unknown as number, rows: [], fields: [] };
  }

  submit({ stream }: Connection): null {
    this.#submitted = true;
    const bytes = this.#bytes();
    if (stream.writable) stream.write(bytes);
    return null;
  }

  #bytes(): Buffer {
    const { text } = this.#statement;
    const name = this.#name;
    const bind = this.#bind;
    const known = name === '' ? undefined : this.#prepared.get(name);
    const parts: Buffer[] = this.#begin === undefined ? [] : [beginsBy(this.#begin)];
    if (known === undefined || known === 'unsure') {
      // Closing a statement that the server does not keep is no error; parsing one that it keeps would be.
      if (known) parts.push(serialize.close({ type: 'S', name }));
      parts.push(serialize.parse({ name, text }), bind, tellsRunsAndSyncs);
      if (name !== '') this.#prepared.set(name, 'unsure');
    } else {
      this.#expect(known);
      parts.push(bind, runsAndSyncs);
    }
    return Buffer.concat(parts);
  }

  #expect(columns: Columns): void {
    this.#columns = columns;
    this.#result.fields = columns.fields as pg.FieldDef[];
    this.#parsers = columns.fields.map(({ dataTypeID, format }) =>
      this.#types.getTypeParser(dataTypeID, (format || 'text') as 'text'),
    );
  }

  handleRowDescription({ fields }: { fields: pg.FieldDef[] }): void {
    this.#expect(columnsOf(fields));
  }

  handleDataRow({ fields: values }: { fields: readonly (string | null)[] }): void {
    if (this.#failure) return;
    try {
      this.#result.rows.push(this.#statement.rowMode === 'array' ? this.#list(values) : this.#object(values));
    } catch (error) {
      this.#failure = error as Error;
    }
  }

  #list(values: readonly (string | null)[]): unknown[] {
    const row = new Array<unknown>(values.length);
    for (let i = 0; i < values.length; i += 1) {
      const value = values[i]!;
      row[i] = value === null ? null : this.#parsers[i]!(value);
    }
    return row;
  }

  #object(values: readonly (string | null)[]): Record<string, unknown> {
    const { fields, empty } = this.#columns!;
    const row: Record<string, unknown> = { ...empty };
    for (let i = 0; i < values.length; i += 1) {
      const value = values[i]!;
      row[fields[i]!.name] = value === null ? null : this.#parsers[i]!(value);
    }
    return row;
  }

  handleCommandComplete({ text }: { text: string }): void {
    if (this.#beginning) {
      this.#beginning = false;
      return;
    }
    const [, command, first, second] = completion.exec(text) ?? [];
    this.#result.command = command ?? '';
    const count = second ?? first;
    if (count !== undefined) this.#result.rowCount = Number(count);
    if (second !== undefined) this.#result.oid = Number(first);
    if (this.#name !== '') this.#prepared.set(this.#name, this.#columns ?? withoutRows);
  }

  handleError(error: Error, { stream }: Connection): void {
    // Then nothing of what the session kept is sure any more.
    if (isOutdated(error)) for (const name of this.#prepared.keys()) this.#prepared.set(name, 'unsure');
    // Its time was over while it waited for others. Without its BEGIN, what follows would commit by itself.
    if (!this.#submitted && this.#begin !== undefined) stream.destroy();
    this.callback(this.#failure ?? error);
  }

  handleReadyForQuery(): void {
    if (this.#failure) this.callback(this.#failure);
    else this.callback(null, this.#result);
  }

  handleEmptyQuery(): void {}

  handlePortalSuspended(): void {}

  handleCopyInResponse(connection: { sendCopyFail(reason: string): void; sync(): void }): void {
    connection.sendCopyFail('nothing is copied by this way');
    // PostgreSQL has passed over the first one, since it waited for data.
    connection.sync();
  }

  handleCopyData(): void {}
}
