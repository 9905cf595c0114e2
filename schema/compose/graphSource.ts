import { existsSync, readFileSync } from 'node:fs';
import { Kind, Source, parse, type DocumentNode } from 'graphql';
import { subgraphs } from '#schema/subgraphs.ts';
import { CompositionFailed, placeOfError } from './compositionProblem.ts';

/** One subgraph as an input of composition. Its nodes know the file and line they came from. */
export interface GraphSource {
  readonly name: string;
  readonly url: string;
  readonly document: DocumentNode;
}

const root = new URL('../../', import.meta.url);
/**
 * The port base of the subgraphs' addresses within the supergraph. Whoever runs subgraphs elsewhere configures their
 * addresses.
 */
const defaultPortBase = 4000;

/** The name of a channel's own subgraph within the channel's supergraph. */
export const viewSubgraph = 'view';

const parsed = new Map<string, { readonly text: string; readonly document: DocumentNode }>();

/** A text that has not changed has the same nodes as before. */
function parsedOnce(text: string, file: string): DocumentNode {
  const known = parsed.get(file);
  if (known?.text === text) return known.document;
  const document = parse(new Source(text, file));
  parsed.set(file, { text, document });
  return document;
}

/** The base SDL and the subgraph's own SDL as one document. `file` is the path in error messages. */
export function graphSource(name: string, url: string, sdl: string, file: string): GraphSource {
  const base = parsedOnce(readFileSync(new URL('schema/base.graphql', root), 'utf8'), 'schema/base.graphql');
  try {
    const own = parsedOnce(sdl, file);
    return { name, url, document: { kind: Kind.DOCUMENT, definitions: [...base.definitions, ...own.definitions] } };
  } catch (error) {
    const place = placeOfError(error) ?? { file, line: 1, column: 1 };
    const message = `${(error as Error).message.replace(/\.$/, '')}. Correct the SDL.`;
    throw new CompositionFailed(name, [
      { where: `${file}:${place.line}`, place, subject: `unreadable:${file}`, message },
    ]);
  }
}

/** Every registered subgraph that has a schema. */
export function registeredSources(): GraphSource[] {
  return subgraphs.flatMap(({ name, port }) => {
    const file = `subgraphs/${name}/schema.graphql`;
    if (!existsSync(new URL(file, root))) return [];
    return [
      graphSource(
        name,
        `http://localhost:${defaultPortBase + port}/graphql`,
        readFileSync(new URL(file, root), 'utf8'),
        file,
      ),
    ];
  });
}

/** The view subgraph of a channel, if it has view fields. */
export function viewSource(channel: string): GraphSource | undefined {
  const file = `bffs/${channel}/schema.graphql`;
  if (!existsSync(new URL(file, root))) return undefined;
  return graphSource(viewSubgraph, 'http://in-process.invalid/view', readFileSync(new URL(file, root), 'utf8'), file);
}
