import { eventSchemaFolder, eventSchemaOf } from '#schema/check/contracts/eventSchema.ts';
import { eventCatalogue } from '#schema/eventCatalogue.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import { writeIfChanged, type GenerateTask } from './task.ts';

/**
 * Makes `schema/events/json/<event>.schema.json`, the JSON Schema of each event's payload. The files are committed, so
 * that `schema:check` can compare a change with what consumers know, and so that they can be pushed to a schema
 * registry.
 */
export function eventSchemas(): GenerateTask[] {
  return [
    {
      name: 'event schemas',
      inputs: [
        'scripts/generate/eventSchemas.ts',
        'schema/check/contracts/eventSchema.ts',
        'schema/events/fields.ts',
        ...subgraphs.map(({ name }) => `schema/events/${name}.ts`),
        'schema/eventCatalogue.ts',
      ],
      outputs: [eventSchemaFolder],
      run: async () => {
        for (const [path, text] of await eventSchemaFiles()) writeIfChanged(path, text);
      },
    },
  ];
}

/** The content of each file, by its path. */
export const eventSchemaFiles = async (): Promise<(readonly [path: string, text: string])[]> =>
  [...(await eventCatalogue()).values()].map((event) => [
    `${eventSchemaFolder}/${event.name}.schema.json`,
    `${JSON.stringify(eventSchemaOf(event), null, 2)}\n`,
  ]);
