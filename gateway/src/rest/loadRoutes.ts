import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { Source } from 'graphql';
import { routeOf, type Route } from './route.ts';

/** Reads every route below a folder, in the order of their files. @throws if a document is no route */
export function loadRoutes(folder: URL): Route[] {
  return (readdirSync(folder, { recursive: true }) as string[])
    .filter((each) => each.endsWith('.graphql'))
    .sort()
    .map((file) => routeOf(new Source(readFileSync(new URL(file, folder), 'utf8'), `rest/${file}`), file));
}

/** The documents that describe the routes to programs: the file in the folder of the routes, by the path. */
const descriptions = { '/v1/openapi.json': 'openapi-3.0.json', '/v1/openapi-3.1.json': 'openapi-3.1.json' } as const;

/** The texts of the descriptions that the folder has, by the path where they are served. */
export function loadDescriptions(folder: URL): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(descriptions)
      .map(([path, file]) => [path, new URL(file, folder)] as const)
      .filter(([, file]) => existsSync(file))
      .map(([path, file]) => [path, readFileSync(file, 'utf8')]),
  );
}
