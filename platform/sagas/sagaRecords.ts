import { DBOSWorkflowConflictError, Error as DbosError } from '@dbos-inc/dbos-sdk';
import { type SagaDatabase, retried, revived, serialised, type Stored } from './dbosInternals.ts';

/** What a saga has recorded of one operation, in the form of DBOS. */
interface Operation extends Stored {
  /** Operations of a saga are numbered in the order in which its code begins them, from 0. */
  readonly number: number;
  readonly name: string;
  readonly startedAt: number;
  readonly completedAt: number;
}

/** A wait without a message looks again so often, in case that a notification was lost. */
const longestWaitMs = 10_000;
/** The topic under which DBOS keeps messages that are sent without one. */
const topic = '__null__topic__';
const portable = 'portable_json';

/**
 * The durable record of one run of a saga. It reads and writes the rows that DBOS's own operations would, so sagas of
 * earlier versions go on, and what DBOS shows of a saga holds; but with fewer statements:
 * - What was recorded is read once, when a run takes the saga over. A saga that was started just now has nothing.
 * - What an operation has come to is written before the next effect on the outside begins, together with all that was
 *   decided since. So the result of a step, the time limit of the wait after it and the first look for a message are
 *   one statement.
 * Each write holds only while this run owns the saga: whoever takes it over changes the owner.
 */
export class SagaRecords {
  readonly sagaId: string;
  readonly #database: SagaDatabase;
  readonly #owner: string;
  #next = 0;
  /** By number; undefined until it is read. */
  #recorded: Map<number, Operation> | undefined;
  #unwritten: Operation[] = [];
  /** Whether a write was begun of which no answer has come. */
  #unsure = false;

  /** @param options.fresh whether the saga was started for this run, and so nothing of it is recorded */
  constructor(options: { database: SagaDatabase; sagaId: string; owner: string; fresh: boolean }) {
    this.#database = options.database;
    this.sagaId = options.sagaId;
    this.#owner = options.owner;
    if (options.fresh) this.#recorded = new Map();
  }

  /** Does some work, unless its result is recorded. The result is JSON data. */
  async step<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const number = this.#next++;
    const earlier = await this.#earlier(number, name);
    if (earlier) return revived<Result>(this.#database, earlier);
    await this.write();
    const startedAt = Date.now();
    const { value, stored } = await serialised(this.#database, name, await work());
    this.#unwritten.push({ number, name, ...stored, startedAt, completedAt: Date.now() });
    return value;
  }

  /** The current time, in ms since 1970. */
  async now(): Promise<number> {
    const number = this.#next++;
    const name = 'DBOS.now';
    const earlier = await this.#earlier(number, name);
    if (earlier) return revived<number>(this.#database, earlier);
    const now = Date.now();
    const { value, stored } = await serialised(this.#database, name, now);
    this.#unwritten.push({ number, name, ...stored, startedAt: now, completedAt: now });
    return value;
  }

  /** Whether nothing was recorded at this place before the change of this name came. It takes a number only then. */
  async hasChange(change: string): Promise<boolean> {
    this.#recorded ??= await retried(() => this.#read());
    const earlier = this.#recorded.get(this.#next);
    // As `DBOS.patch` names it.
    const name = `DBOS.patch-${change}`;
    if (earlier && earlier.name !== name) return false;
    const number = this.#next++;
    const at = Date.now();
    if (!earlier)
      this.#unwritten.push({ number, name, output: null, serialization: null, startedAt: at, completedAt: at });
    return true;
  }

  async sleep(ms: number): Promise<void> {
    const until = await this.#limit(this.#next++, Date.now() + ms, true);
    await this.write();
    for (let left = until - Date.now(); left > 0; left = until - Date.now()) await pause(left).over;
  }

  /** Waits for the next message; null when none has come by the deadline (ms since 1970). */
  async receive<Message>(deadline: number): Promise<Message | null> {
    const [number, limitNumber] = [this.#next++, this.#next++];
    const startedAt = Date.now();
    const earlier = await this.#earlier(number, 'DBOS.recv');
    if (earlier) return revived<Message | null>(this.#database, earlier);
    const until = await this.#limit(limitNumber, deadline, false);
    for (let told = false; ;) {
      const notification = this.#notification();
      try {
        const over = Date.now() >= until;
        if (told || over || this.#unwritten.length > 0 || (await this.#hasMessage())) {
          const heard = await this.#take({ number, startedAt, orNothing: over });
          if (heard) return await revived<Message | null>(this.#database, heard);
        }
        const waiting = pause(Math.min(Math.max(until - Date.now(), 0), longestWaitMs));
        told = await Promise.race([notification.come, waiting.over]);
        waiting.end();
      } finally {
        notification.forget();
      }
    }
  }

  /** Writes what is not written yet. */
  async write(): Promise<void> {
    await this.#writing(async () => {
      if (this.#unwritten.length === 0) return;
      const { rowCount } = await this.#database.pool.query(
        `with ${this.#ownerRow} ${this.#insert} where exists (select from owner)`,
        this.#parameters(),
      );
      if (rowCount === 0) throw new DBOSWorkflowConflictError(this.sagaId);
    });
  }

  /**
   * Records the end of the saga with its output, and what is not written yet.
   * @returns false if this run did not own it any more
   */
  end(output: string | null): Promise<boolean> {
    return retried(async () => {
      const { rowCount } = await this.#database.pool.query(
        `with ended as (
           update ${this.#table('workflow_status')} set status = 'SUCCESS', owner_xid = null, deduplication_id = null,
             updated_at = (extract(epoch from now()) * 1000)::bigint, completed_at = (extract(epoch from now()) * 1000)::bigint
           where workflow_uuid = $1 and owner_xid = $2 and status = 'PENDING' returning workflow_uuid
         ), operations as (${this.#insert} where exists (select from ended))
         insert into ${this.#table('workflow_output')} (workflow_uuid, output) select workflow_uuid, $5::text from ended
         on conflict (workflow_uuid) do update set output = excluded.output, error = null`,
        [...this.#parameters(), output],
      );
      return rowCount === 1;
    });
  }

  async #earlier(number: number, name: string): Promise<Operation | undefined> {
    this.#recorded ??= await retried(() => this.#read());
    const earlier = this.#recorded.get(number);
    if (earlier && earlier.name !== name)
      throw new DbosError.DBOSUnexpectedStepError(this.sagaId, number, name, earlier.name);
    return earlier;
  }

  /** The instant until which the saga sleeps, or waits; it stays what it was when it was first recorded. */
  async #limit(number: number, until: number, sleeps: boolean): Promise<number> {
    const name = 'DBOS.sleep';
    const earlier = await this.#earlier(number, name);
    if (earlier) return revived<number>(this.#database, earlier);
    const startedAt = Date.now();
    const limit = Math.ceil(until);
    const completedAt = sleeps ? limit : startedAt;
    this.#unwritten.push({ number, name, output: String(limit), serialization: portable, startedAt, completedAt });
    return limit;
  }

  async #read(): Promise<Map<number, Operation>> {
    const { rows } = await this.#database.pool.query<Operation>(
      `select function_id as number, function_name as name, output, error, serialization,
         started_at_epoch_ms::float8 as "startedAt", completed_at_epoch_ms::float8 as "completedAt"
       from ${this.#table('operation_outputs')} where workflow_uuid = $1`,
      [this.sagaId],
    );
    return new Map(rows.map((row) => [row.number, row]));
  }

  /**
   * Writes, and tries again while the database cannot be reached. A write whose answer was lost may have been done, so
   * before it is tried again, or another one begins after this was given up, what it was to write is looked for.
   */
  async #writing<Result>(statement: () => Promise<Result>): Promise<Result> {
    return retried(async () => {
      if (this.#unsure) {
        const recorded = (this.#recorded = await this.#read());
        this.#unwritten = this.#unwritten.filter(
          ({ number, completedAt }) => recorded.get(number)?.completedAt !== completedAt,
        );
      }
      this.#unsure = true;
      const written = new Set(this.#unwritten);
      const result = await statement();
      this.#unsure = false;
      this.#unwritten = this.#unwritten.filter((each) => !written.has(each));
      return result;
    });
  }

  /**
   * Takes the oldest message that has not been received, and writes what is not written yet.
   * @returns what the wait has come to; undefined if there is no message, unless that is to be recorded, too
   */
  #take({ number, startedAt, orNothing }: { number: number; startedAt: number; orNothing: boolean }) {
    return this.#writing(async (): Promise<Operation | undefined> => {
      const done = this.#recorded?.get(number);
      if (done) return done;
      const completedAt = Date.now();
      const { rows } = await this.#database.pool.query<{ owned: boolean } & Stored>(
        `with ${this.#ownerRow}, taken as (
           update ${this.#table('notifications')} set consumed = true, consumed_by_function_id = $5::int
           where destination_uuid = $1 and topic = '${topic}' and consumed = false and exists (select from owner)
             and message_uuid = (
               select message_uuid from ${this.#table('notifications')}
               where destination_uuid = $1 and topic = '${topic}' and consumed = false
               order by created_at_epoch_ms limit 1
             )
           returning message, serialization
         ), operations as (
           ${this.#insert} where exists (select from owner)
           union all
           select $1::text, $5::int, taken.message, 'DBOS.recv', $6::int8, $7::int8, taken.serialization, $3::text, ${nowMs}
           from owner left join taken on true where $8::boolean or taken.message is not null
         )
         select exists (select from owner) as owned, taken.message as output, taken.serialization
         from (values (1)) as one left join taken on true`,
        [...this.#parameters(), number, startedAt, completedAt, orNothing],
      );
      const { owned, output, serialization } = rows[0]!;
      if (!owned) throw new DBOSWorkflowConflictError(this.sagaId);
      if (output === null && !orNothing) return undefined;
      return { number, name: 'DBOS.recv', output, serialization, startedAt, completedAt };
    });
  }

  /**
   * Whether a message has come. It locks nothing and writes nothing.
   * @throws DBOSWorkflowConflictError if this run does not own the saga any more
   */
  async #hasMessage(): Promise<boolean> {
    const { rows } = await retried(() =>
      this.#database.pollLimiter.runExclusive(() =>
        this.#database.pool.query<{ arrived: boolean }>(
          `select exists (
             select from ${this.#table('notifications')}
             where destination_uuid = $1 and topic = '${topic}' and consumed = false
           ) as arrived
           from ${this.#table('workflow_status')} where workflow_uuid = $1 and owner_xid = $2`,
          [this.sagaId, this.#owner],
        ),
      ),
    );
    if (!rows[0]) throw new DBOSWorkflowConflictError(this.sagaId);
    return rows[0].arrived;
  }

  #notification(): { readonly come: Promise<true>; forget(): void } {
    const { notificationsMap } = this.#database;
    let arrived: (come: true) => void;
    const come = new Promise<true>((resolve) => (arrived = resolve));
    const registration = notificationsMap.registerCallback(`${this.sagaId}::${topic}`, () => arrived(true));
    return { come, forget: () => notificationsMap.deregisterCallback(registration) };
  }

  readonly #table = (name: string): string => `"${this.#database.schemaName}".${name}`;

  /** The row of the saga, locked against a takeover, if this run owns it. */
  get #ownerRow(): string {
    return `owner as (select from ${this.#table('workflow_status')} where workflow_uuid = $1 and owner_xid = $2 for no key update)`;
  }

  /** Inserts what is not written yet; to be followed by a condition. */
  get #insert(): string {
    return `insert into ${this.#table('operation_outputs')}
        (workflow_uuid, function_id, output, function_name, started_at_epoch_ms, completed_at_epoch_ms, serialization, application_name, retention_timestamp)
      select $1::text, number, output, name, "startedAt", "completedAt", serialization, $3::text, ${nowMs}
      from jsonb_to_recordset($4::jsonb)
        as each (number int, output text, name text, "startedAt" int8, "completedAt" int8, serialization text)`;
  }

  #parameters(): unknown[] {
    return [this.sagaId, this.#owner, this.#database.appName ?? null, JSON.stringify(this.#unwritten)];
  }
}

const nowMs = '(extract(epoch from now()) * 1000)::bigint';
const longestTimerMs = 2 ** 31 - 1;

/** A pause that can be ended early. It does not keep the process alive. */
function pause(ms: number): { readonly over: Promise<false>; end(): void } {
  let end!: () => void;
  const over = new Promise<false>((resolve) => {
    const timer = setTimeout(() => resolve(false), Math.min(ms, longestTimerMs)).unref();
    end = () => {
      clearTimeout(timer);
      resolve(false);
    };
  });
  return { over, end };
}
