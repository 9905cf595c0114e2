import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import type { EventDefinition } from '#platform/events/defineEvent.ts';

const folder = new URL('events/', import.meta.url);

/**
 * Every event of the chain by name, found by the exports of the files in `schema/events`. A new domain adds a file
 * and a new event an export; nothing has to be changed here.
 */
export async function eventCatalogue(): Promise<Map<string, EventDefinition>> {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .sort();
  const modules = await Promise.all(
    files.map((file) => import(`./events/${basename(file, '.ts')}.ts`) as Promise<Readonly<Record<string, unknown>>>),
  );
  return new Map(
    modules.flatMap((module) => Object.values(module).filter(isEvent)).map((event) => [event.name, event] as const),
  );
}

/** Whether an export was made by `defineEvent`: the files also export schemas of fields. */
const isEvent = (exported: unknown): exported is EventDefinition =>
  typeof exported === 'object' &&
  exported !== null &&
  'topic' in exported &&
  'aggregate' in exported &&
  'of' in exported;
