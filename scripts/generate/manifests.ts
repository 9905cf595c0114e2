import { Kind, type OperationDefinitionNode, parse } from 'graphql';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clientForms, commentAbove } from '#gateway/documents/trustedDocuments.ts';
import { channels } from '#schema/channels.ts';
import { filesBelow, root, writeIfChanged, type GenerateTask } from './task.ts';

/** A document as a manifest lists it. */
export interface ListedDocument {
  readonly id: string;
  readonly name: string;
  readonly text: string;
  readonly description?: string;
}

/** The manifest of each channel's own documents, in the formats that clients' tools know. */
export const manifests = (): GenerateTask[] =>
  channels.flatMap(({ name }) => {
    const folder = `bffs/${name}/operations`;
    if (!filesBelow(folder).some((file) => file.endsWith('.graphql'))) return [];
    const files = ['documents', 'apollo', 'relay'].map((format) => manifestPath(name, format));
    return [
      {
        name: `manifests/${name}`,
        inputs: [folder, 'gateway/src/documents/trustedDocuments.ts', 'scripts/generate/manifests.ts'],
        outputs: files,
        run: () => {
          const sources = filesBelow(folder)
            .filter((file) => file.endsWith('.graphql'))
            .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));
          for (const [format, content] of Object.entries(manifestsOf(sources)))
            writeIfChanged(manifestPath(name, format), `${JSON.stringify(content, undefined, 2)}\n`);
          return Promise.resolve();
        },
      },
    ];
  });

export const manifestPath = (channel: string, format: string): string =>
  `generated/manifests/${channel}/${format}.json`;

const operationOf = (text: string): OperationDefinitionNode =>
  parse(text).definitions.find((each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION)!;

/**
 * The content of each manifest. `documents` is ours. `apollo` is that of `@apollo/generate-persisted-query-manifest`,
 * with the texts as Apollo Client sends them. `relay` maps an id to its text, as Relay and the client preset of GraphQL
 * Code Generator do.
 */
export function manifestsOf(sources: readonly { readonly file: string; readonly text: string }[]) {
  const listed = sources.map(({ file, text }) => {
    const operation = operationOf(text);
    return { forms: clientForms(text, file), name: operation.name!.value, type: operation.operation, source: text };
  });
  return {
    documents: listed.map(({ forms: { plain }, name, type, source }) => {
      const description = commentAbove(source);
      return { id: plain.id, name, type, text: plain.text, ...(description !== undefined && { description }) };
    }),
    apollo: {
      format: 'apollo-persisted-query-manifest',
      version: 1,
      operations: listed.map(({ forms: { apollo }, name, type }) => ({ id: apollo.id, name, type, body: apollo.text })),
    },
    relay: Object.fromEntries(listed.map(({ forms: { plain } }) => [plain.id, plain.text])),
  };
}

/**
 * Reads a manifest, whoever wrote it: ours, Apollo's, a map from ids to texts, or one file of GraphQL.
 * @throws an Error that says what is wrong
 */
export function readManifest(text: string, file: string): ListedDocument[] {
  try {
    return documentsIn(text, file);
  } catch (error) {
    const { message } = error as Error;
    throw message.startsWith(file) ? error : new Error(`${file}: ${message}`, { cause: error });
  }
}

function documentsIn(text: string, file: string): ListedDocument[] {
  if (/\.(graphql|gql)$/.test(file)) return [listedDocument(undefined, text, commentAbove(text))];
  const content = jsonOf(text, file);
  const { format, operations } = content as { format?: unknown; operations?: unknown };
  if (format === 'apollo-persisted-query-manifest' && Array.isArray(operations))
    return (operations as ({ id: string; body: string } | null)[]).map((each) => listedDocument(each?.id, each?.body));
  if (Array.isArray(content))
    return (content as ({ id: string; text: string; description?: string } | null)[]).map((each) =>
      listedDocument(each?.id, each?.text, each?.description),
    );
  const entries = Object.entries(content as Record<string, unknown>);
  if (entries.some(([, body]) => typeof body !== 'string'))
    throw new Error(
      `${file} is no manifest: give a list of { id, name, text }, Apollo's persisted query manifest, a map from ids to texts, or a file of GraphQL.`,
    );
  return entries.map(([id, body]) => listedDocument(id, body as string));
}

function jsonOf(text: string, file: string): object {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is no JSON: ${(error as Error).message}`, { cause: error });
  }
  if (typeof content !== 'object' || content === null) throw new Error(`${file} is no manifest.`);
  return content;
}

function listedDocument(id: string | undefined, text: unknown, description?: string): ListedDocument {
  const named = id === undefined ? 'a document' : `the document ${id}`;
  if (typeof text !== 'string') throw new Error(`${named} of the manifest has no text.`);
  const { plain } = formsIn(text, named);
  return {
    id: id ?? plain.id,
    name: operationOf(text).name!.value,
    text,
    ...(description !== undefined && { description }),
  };
}

/** @throws an Error that says which document it is that cannot be read */
function formsIn(text: string, named: string): ReturnType<typeof clientForms> {
  try {
    return clientForms(text, named);
  } catch (error) {
    const { message } = error as Error;
    throw message.startsWith(named) ? error : new Error(`${named}: ${message}`, { cause: error });
  }
}
