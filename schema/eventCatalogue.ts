import { readdirSync } from 'node:fs';
import type { EventDefinition } from '#platform/events/defineEvent.ts';

const folder = new URL('events/', import.meta.url);

/** Every event of the chain by name: what the files of `schema/events` list as `events`. A new domain adds its file, and nothing here. */
export async function eventCatalogue(): Promise<Map<string, EventDefinition>> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts')).sort();
  const modules = await Promise.all(files.map((file) => import(new URL(file, folder).href) as Promise<{ events?: readonly EventDefinition[] }>));
  return new Map(modules.flatMap(({ events = [] }) => events.map((event) => [event.name, event] as const)));
}
