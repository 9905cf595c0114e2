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
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { rootSelection } from './subscriptionField.ts';

/** A persisted document: one that the channel's own clients were built with. In production a channel runs no others. */
export interface TrustedDocument {
  /** SHA-256 in hex of the normalised text as the client sends it. */
  readonly id: string;
  readonly operationName: string;
  /** The normalised text that is run. For documents of Apollo Client it can differ from the text behind the id. */
  readonly source: string;
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
    const document = parse(source);
    const [operation, ...others] = document.definitions.filter(
      (each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION,
    );
    const operationName = operation?.name?.value;
    if (!operation || others.length > 0 || operationName === undefined)
      throw new Error(`${file}: a trusted document has exactly one operation, with a name.`);
    if (this.#byName.has(operationName))
      throw new Error(`${file}: there is another operation ${operationName}. Rename one.`);
    const ofApollo = asApolloClient(document, operation);
    const trusted: TrustedDocument[] = [
      { id: documentId(normalise(document)), operationName, source: normalise(document) },
      { id: documentId(normalise(ofApollo)), operationName, source: normalise(asRun(document, operation)) },
    ];
    for (const each of trusted) this.#byId.set(each.id, each);
    // Clients may also hash the file as it is, or what graphql-js prints of it.
    for (const text of [source, print(document)]) this.#byId.set(documentId(text), trusted[0]!);
    this.#byId.set(documentId(print(ofApollo)), trusted[1]!);
    this.#byName.set(operationName, trusted[0]!);
  }

  get isEmpty(): boolean {
    return this.#byId.size === 0;
  }

  /** `id`: hex, without `sha256:` before it. */
  byId = (id: string): TrustedDocument | undefined => this.#byId.get(id);

  byName = (operationName: string): TrustedDocument | undefined => this.#byName.get(operationName);

  /** Every trusted document, in each form that has an id of its own. */
  all = (): TrustedDocument[] => [...new Map([...this.#byId.values()].map((each) => [each.id, each])).values()];
}

/** Loads every `*.graphql` file below the folder. Without such a folder there are none. */
export function loadTrustedDocuments(folder: URL): TrustedDocuments {
  const documents = new TrustedDocuments();
  if (!existsSync(folder)) return documents;
  for (const file of (readdirSync(folder, { recursive: true }) as string[])
    .filter((each) => each.endsWith('.graphql'))
    .sort()) {
    documents.add(readFileSync(new URL(file, folder), 'utf8'), file);
  }
  return documents;
}
