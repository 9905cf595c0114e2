import { readdirSync } from 'node:fs';
import type { EventDefinition } from '#platform/events/defineEvent.ts';

const folder = new URL('events/', import.meta.url);

/**
 * Every event of the chain by name: what the files of `schema/events` export. A new domain adds its file, a new event
 * its export, and nothing here.
 */
export async function eventCatalogue(): Promise<Map<string, EventDefinition>> {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .sort();
  const modules = await Promise.all(
    files.map((file) => import(new URL(file, folder).href) as Promise<Readonly<Record<string, unknown>>>),
  );
  return new Map(
    modules.flatMap((module) => Object.values(module).filter(isEvent)).map((event) => [event.name, event] as const),
  );
}

/** What `defineEvent` makes; the files export schemas of fields, too. */
const isEvent = (exported: unknown): exported is EventDefinition =>
  typeof exported === 'object' &&
  exported !== null &&
  'topic' in exported &&
  'aggregate' in exported &&
  'of' in exported;
