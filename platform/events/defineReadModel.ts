import type { EventDefinition, EventEnvelope } from './defineEvent.ts';
import type { Consumer, Taken } from './onEvent.ts';
import type { SqlTx } from './sqlTx.ts';

export interface ReadModel {
  /** Unique within the domain. */
  readonly name: string;
  /** An unquoted name in the domain's schema `public`. */
  readonly table: string;
  readonly events: readonly EventDefinition[];
  project(tx: SqlTx, event: EventEnvelope, table: string): Promise<void>;
}

/**
 * Declares a projection of the domain's own events into one table, kept by a consumer of the domain's own topic.
 * `project` writes raw SQL into the table it is given (the live one or, in a rebuild, its shadow) and into nothing
 * else; it must depend on nothing but the event and that table. Each event is projected once, events of one aggregate
 * in order; those of different aggregates in any order, so what they do to a common row must commute. The table must
 * have no sequence, and no foreign key or view must refer to it: a rebuild puts another table in its place.
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

/** The consumers that keep these read models live. Group and dead letters go by `<domain>.readModel.<name>`. */
export const projectReadModels = (models: readonly ReadModel[], domain: string): Consumer[] =>
  models.map((model) => {
    const name = `${domain}.readModel.${model.name}`;
    return {
      name,
      events: model.events,
      readModel: model,
      take: async (tx, event, replaying) => {
        const rows = await tx.$queryRawUnsafe<{ taken: Taken }[]>(
          'select platform.take_projection($1::text, $2::text, $3::text, $4::int, $5::boolean) as taken',
          name,
          model.name,
          event.metadata.aggregateId,
          event.metadata.aggregateVersion,
          replaying,
        );
        return rows[0]!.taken;
      },
      handle: (event: EventEnvelope, { tx }: { tx: SqlTx }) => model.project(tx, event, model.table),
    };
  });
