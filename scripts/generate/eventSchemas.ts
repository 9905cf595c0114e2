import { eventSchemaFolder, eventSchemaOf } from '#schema/check/contracts/eventSchema.ts';
import { eventCatalogue } from '#schema/eventCatalogue.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import { writeIfChanged, type GenerateTask } from './task.ts';

/**
 * `schema/events/json/<event>.schema.json`: what the payload of each event holds, as JSON Schema. Committed, so that a
 * change can be held against what readers know, and pushed to a registry.
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

/** What the files should say, each by its path. */
export const eventSchemaFiles = async (): Promise<(readonly [path: string, text: string])[]> =>
  [...(await eventCatalogue()).values()].map((event) => [
    `${eventSchemaFolder}/${event.name}.schema.json`,
    `${JSON.stringify(eventSchemaOf(event), null, 2)}\n`,
  ]);
