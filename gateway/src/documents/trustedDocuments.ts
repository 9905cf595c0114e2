import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import {
  Kind,
  OperationTypeNode,
  parse,
  print,
  visit,
  type DefinitionNode,
  type DocumentNode,
  type FieldNode,
  type NameNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { printExecutableGraphQLDocument } from '@graphql-tools/documents';
import type { Ending } from './ending.ts';
import { loadReleases, nameOfRelease, type Release } from './release.ts';
import { rootSelection } from './subscriptionField.ts';

/** A persisted document: one that the channel's own clients were built with. In production a channel runs no others. */
export interface TrustedDocument {
  /** SHA-256 in hex of the normalised text as the client sends it. */
  readonly id: string;
  readonly operationName: string;
  /** The normalised text that is run. For documents of Apollo Client it can differ from the text behind the id. */
  readonly source: string;
  /** What it is for: the comment above it. */
  readonly description?: string;
  /** The release of a client that still sends it, for a document that is no longer among the channel's own. */
  readonly release?: ReleaseOfDocument;
}

/** The release of a client that a document belongs to. */
export interface ReleaseOfDocument extends Ending {
  /** Such as `kiosk-app@2.4.0`. */
  readonly name: string;
  readonly successor?: string | undefined;
}

/** SHA-256 in hex. */
export const documentId = (normalised: string): string => createHash('sha256').update(normalised).digest('hex');

/**
 * The text whose hash is a document's id: as graphql-js prints it, the operation first and then its fragments by name.
 * Comments, layout and the order of definitions do not matter, since build tools place fragments where they like.
 */
export function normalise(document: DocumentNode): string {
  const nameOf = (definition: DefinitionNode) =>
    definition.kind === Kind.FRAGMENT_DEFINITION ? definition.name.value : '';
  const definitions = [...document.definitions].sort((a, b) =>
    nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0,
  );
  return print({ ...document, definitions });
}

const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/**
 * Adds `__typename` to every selection set, except those in `except` and those that select an introspection field
 * already.
 */
function withTypenames(document: DocumentNode, except: ReadonlySet<SelectionSetNode>): DocumentNode {
  return visit(document, {
    SelectionSet: {
      enter(node) {
        const has =
          except.has(node) ||
          node.selections.some((each) => each.kind === Kind.FIELD && each.name.value.startsWith('__'));
        return has ? undefined : { ...node, selections: [...node.selections, typename] };
      },
    },
  });
}

/** The document as Apollo Client sends it: it adds `__typename` to every selection set but the operation's own. */
const asApolloClient = (document: DocumentNode, operation: OperationDefinitionNode) =>
  withTypenames(document, new Set([operation.selectionSet]));

/**
 * The document that runs when a client sends the form of Apollo Client. A subscription may select one field only, so
 * the fragments around that field get no `__typename`.
 */
const asRun = (document: DocumentNode, operation: OperationDefinitionNode) =>
  operation.operation === OperationTypeNode.SUBSCRIPTION
    ? withTypenames(document, rootSelection(document, operation).sets)
    : asApolloClient(document, operation);

/** The comment above the first definition of a text, as one line; undefined without one. */
export function commentAbove(source: string): string | undefined {
  const lines = /^(?:[ \t]*#[^\n]*\n|\s*\n)+/.exec(source)?.[0].split('\n') ?? [];
  return (
    lines
      .map((line) => line.replace(/^\s*#\s?/, '').trim())
      .join(' ')
      .trim() || undefined
  );
}

/** The one operation of a document, which has a name; undefined for a document that has another number, or no name. */
export function namedOperation(document: DocumentNode): (OperationDefinitionNode & { name: NameNode }) | undefined {
  const [operation, ...others] = document.definitions.filter(
    (each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION,
  );
  const { name } = operation ?? {};
  return operation && name && others.length === 0 ? { ...operation, name } : undefined;
}

/** The forms in which clients send a document, each with the texts whose hashes are its ids. */
function formsOf(source: string, file: string): { operationName: string; forms: Form[] } {
  const document = parse(source);
  const operation = namedOperation(document);
  if (!operation) throw new Error(`${file}: a trusted document has exactly one operation, with a name.`);
  const operationName = operation.name.value;
  const ofApollo = asApolloClient(document, operation);
  return {
    operationName,
    forms: [
      // Clients may also hash the file as it is, or what graphql-js prints of it, or what the client preset of GraphQL
      // Code Generator does.
      {
        text: normalise(document),
        source: normalise(document),
        others: [source, print(document), printExecutableGraphQLDocument(document)],
      },
      {
        text: normalise(ofApollo),
        source: normalise(asRun(document, operation)),
        others: [print(ofApollo), printExecutableGraphQLDocument(ofApollo)],
      },
    ],
  };
}

interface Form {
  readonly text: string;
  /** What is run. */
  readonly source: string;
  readonly others: readonly string[];
}

/** The id by which each kind of client sends a document, and the text behind it. */
export function clientForms(source: string, file: string): Readonly<Record<'plain' | 'apollo', Sent>> {
  const {
    forms: [plain, apollo],
  } = formsOf(source, file);
  const sent = (text: string): Sent => ({ id: documentId(text), text });
  return { plain: sent(plain!.text), apollo: sent(apollo!.others[0]!) };
}

export interface Sent {
  readonly id: string;
  readonly text: string;
}

/**
 * The trusted documents of a channel, by id. A document is known by the hash of its text, and by the hash of the text
 * that Apollo Client makes of it.
 */
export class TrustedDocuments {
  readonly #byId = new Map<string, TrustedDocument>();
  readonly #byName = new Map<string, TrustedDocument>();

  /**
   * @throws if the text is not GraphQL, does not have exactly one named operation, or has the name of another document
   */
  add(source: string, file: string): void {
    const { operationName, forms } = formsOf(source, file);
    if (this.#byName.has(operationName))
      throw new Error(`${file}: there is another operation ${operationName}. Rename one.`);
    const about = { operationName, ...describe(commentAbove(source)) };
    const trusted = forms.map((form): TrustedDocument => {
      const document = { id: documentId(form.text), source: form.source, ...about };
      for (const text of [form.text, ...form.others]) this.#byId.set(documentId(text), document);
      return document;
    });
    this.#byName.set(operationName, trusted[0]!);
  }

  /**
   * Adds what a build of a client sends. A document that is among the channel's own stays as it is, and one of several
   * releases ends with the last of them. One of a release that is pending is not executed, so it is not added.
   */
  addRelease(release: Release): void {
    if (release.status === 'pending') return;
    const date = (text: string | undefined) => (text === undefined ? undefined : new Date(text));
    const of: ReleaseOfDocument = {
      name: nameOfRelease(release),
      successor: release.successor,
      deprecatedAt: date(release.retired),
      sunset: release.status === 'active' ? undefined : date(release.sunset),
    };
    for (const { id, text, description } of release.documents) {
      const { operationName, forms } = formsOf(text, of.name);
      const about = { operationName, release: of, ...describe(description) };
      forms.forEach((form, index) => {
        const ids = [form.text, ...form.others].map(documentId);
        const document = { id: ids[0]!, source: form.source, ...about };
        // The id that the client sends may be of another hash; it is the one of the text as registered.
        for (const each of index === 0 ? [...ids, id.replace(/^sha256:/, '')] : ids) this.#addIfLonger(each, document);
      });
    }
  }

  #addIfLonger(id: string, document: TrustedDocument): void {
    const known = this.#byId.get(id);
    if (known && endOf(known) >= endOf(document)) return;
    this.#byId.set(id, document);
  }

  get isEmpty(): boolean {
    return this.#byId.size === 0;
  }

  /** `id`: hex, without `sha256:` before it. */
  byId = (id: string): TrustedDocument | undefined => this.#byId.get(id);

  /** One of the channel's own documents. */
  byName = (operationName: string): TrustedDocument | undefined => this.#byName.get(operationName);

  /** The channel's own documents, each once. */
  own = (): TrustedDocument[] => [...this.#byName.values()];

  /** Every document that is executed now, in each form that has an id of its own; the channel's own come last. */
  all = (now = Date.now()): TrustedDocument[] => {
    const each = [...new Map([...this.#byId.values()].map((document) => [document.id, document])).values()];
    return each
      .filter((document) => endOf(document) > now)
      .sort((a, b) => Number(b.release !== undefined) - Number(a.release !== undefined));
  };
}

const describe = (description: string | undefined) => (description === undefined ? {} : { description });

/** When a document ends, in milliseconds since 1970. */
const endOf = ({ release }: TrustedDocument): number => release?.sunset?.getTime() ?? Number.POSITIVE_INFINITY;

/** Loads every `*.graphql` file below the folder. Without such a folder there are none. */
export function loadTrustedDocuments(folder: URL, releases?: URL): TrustedDocuments {
  const documents = new TrustedDocuments();
  const files = existsSync(folder) ? (readdirSync(folder, { recursive: true }) as string[]) : [];
  for (const file of files.filter((each) => each.endsWith('.graphql')).sort())
    documents.add(readFileSync(new URL(file, folder), 'utf8'), file);
  for (const release of releases ? loadReleases(releases) : []) documents.addRelease(release);
  return documents;
}
