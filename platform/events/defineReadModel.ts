import type { EventDefinition, EventEnvelope } from './defineEvent.ts';
import type { SqlTx } from './sqlTx.ts';

export interface ReadModel {
  /** Unique within the domain. */
  readonly name: string;
  /** An unquoted name in the domain's schema `public`. */
  readonly table: string;
  readonly events: readonly EventDefinition[];
  /** Applies one event to `table`, which is the live table or, in a rebuild, its replacement. */
  project(tx: SqlTx, event: EventEnvelope, table: string): Promise<void>;
}

/**
 * Declares a projection of the domain's own events into one table, kept by a consumer of the domain's own topic.
 * `project` writes raw SQL into the table it is given (the live one or, in a rebuild, its shadow) and into nothing
 * else; it must depend on nothing but the event, and read nothing. Its statements are sent in one call: their
 * parameters are texts, numbers, booleans or null, and cast wherever they are no text (`$2::int`). Each event is
 * projected once, events of one aggregate in order; those of different aggregates in any order, so what they do to a
 * common row must commute. The table must have no sequence, and no foreign key or view must refer to it: a rebuild puts
 * another table in its place.
 */
export function defineReadModel<_Row = unknown>(model: {
  name: string;
  table: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- definitions of several data types; `project` tells them apart by `eventType`
  events: readonly EventDefinition<string, any>[];
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  project(tx: SqlTx, event: EventEnvelope<any>, table: string): Promise<void>;
}): ReadModel {
  if (!/^[a-z_][a-z0-9_]{0,50}$/.test(model.table))
    throw new Error(`read model ${model.name}: ${model.table} is not a plain table name`);
  return model;
}
