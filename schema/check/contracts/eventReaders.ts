import type { Tree } from '../against/tree.ts';

/** Where the pacts of those who hear events lie; `e2e/pacts` writes them. */
export const eventPactFolder = 'schema/pacts/events';

/** Somebody who hears an event of another domain, and what of its payload is read there. */
export interface EventReader {
  readonly client: string;
  readonly event: string;
  /** Paths within the payload, such as `lines.quantity`. */
  readonly reads: ReadonlySet<string>;
  /** The pact that says so. */
  readonly file: string;
}

interface MessagePact {
  readonly consumer: { readonly name: string };
  readonly interactions: readonly {
    readonly contents: { readonly content: { readonly eventType: string; readonly data?: unknown } };
  }[];
}

export const eventReaders = (tree: Tree): readonly EventReader[] =>
  tree
    .list(eventPactFolder)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => {
      const { consumer, interactions } = JSON.parse(tree.read(file) ?? '') as MessagePact;
      return interactions.map(({ contents: { content } }) => ({
        ...{ client: consumer.name, event: content.eventType, file },
        reads: new Set(pathsOf(content.data)),
      }));
    });

function pathsOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => pathsOf(each, path));
  if (typeof value !== 'object' || value === null) return path === '' ? [] : [path];
  return Object.entries(value).flatMap(([name, part]) => pathsOf(part, path === '' ? name : `${path}.${name}`));
}

/** Which of these paths a reader reads, wholly or in part. */
export const readOf = ({ reads }: EventReader, paths: readonly string[]): readonly string[] =>
  paths.filter((path) => [...reads].some((each) => each === path || each.startsWith(`${path}.`)));
