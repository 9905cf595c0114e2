import { readFileSync, readdirSync } from 'node:fs';
import { routeOf, type Route } from './route.ts';

/** Reads every route below a folder, in the order of their files. @throws if a document is no route */
export function loadRoutes(folder: URL): Route[] {
  return (readdirSync(folder, { recursive: true }) as string[])
    .filter((each) => each.endsWith('.graphql'))
    .sort()
    .map((file) => routeOf(readFileSync(new URL(file, folder), 'utf8'), file));
}
