import type { Consumer, Taken } from './consumer.ts';
import type { EventEnvelope } from './defineEvent.ts';
import type { ReadModel } from './defineReadModel.ts';
import { ProjectTogether } from './projectTogether.ts';
import { recordWrites } from './recordWrites.ts';
import type { SqlTx } from './sqlTx.ts';

/**
 * Makes the consumers that keep these read models up to date. Each has the name `<domain>.readModel.<name>`, which is
 * also that of its consumer group and its key in the dead letters.
 */
export function projectReadModels(models: readonly ReadModel[], domain: string): Consumer[] {
  const together = new ProjectTogether();
  return models.map((model) => {
    const name = `${domain}.readModel.${model.name}`;
    return {
      name,
      events: model.events,
      readModel: model,
      within: 'sql',
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
      takeAndHandle: async (pool, event) => {
        const writes = await recordWrites((recorder) => model.project(recorder, event, model.table));
        return together.project(pool, event, { consumer: name, readModel: model.name, writes });
      },
      handle: (event: EventEnvelope, { tx }: { tx: SqlTx }) => model.project(tx, event, model.table),
    };
  });
}
