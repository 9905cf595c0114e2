import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);
const base = readFileSync(new URL('schema/base.graphql', root), 'utf8');

/** The SDL that every subgraph's schema begins with: federation links, directives, shared value types. */
export const baseSdl = base;

/** The whole SDL of a subgraph: the base, then its own `schema.graphql`. */
export const sdlOf = (directory: URL): string =>
  `${base}\n${readFileSync(fileURLToPath(new URL('schema.graphql', directory)), 'utf8')}`;
