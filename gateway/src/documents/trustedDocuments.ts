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

/** A document that a channel's own clients were built with. */
export interface TrustedDocument {
  /** sha256, hex, of the normalised text, as the client has it. */
  readonly id: string;
  readonly operationName: string;
  readonly source: string;
}

export const documentId = (normalised: string): string => createHash('sha256').update(normalised).digest('hex');

/**
 * The text that an id is made of: as graphql-js prints it, the operation first, then its fragments by name. Comments,
 * layout and the order of definitions do not count: tools that build clients write fragments where they please.
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

/** With `__typename` at the end of every selection that is none of these. */
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

/** As Apollo Client sends documents: every selection but the operation's own ends with `__typename`. */
const asApolloClient = (document: DocumentNode, operation: OperationDefinitionNode) =>
  withTypenames(document, new Set([operation.selectionSet]));

/** What is run of that: a subscription selects one field, hence no `__typename` in the fragments around it. */
const asRun = (document: DocumentNode, operation: OperationDefinitionNode) =>
  operation.operation === OperationTypeNode.SUBSCRIPTION
    ? withTypenames(document, rootSelection(document, operation).sets)
    : asApolloClient(document, operation);

/**
 * The documents of a channel by id. Each is known under the id of its text, and of the text that Apollo Client makes of
 * it.
 */
export class TrustedDocuments {
  readonly #byId = new Map<string, TrustedDocument>();
  readonly #byName = new Map<string, TrustedDocument>();

  /** @throws if a document is no GraphQL, has not exactly one named operation, or shares its name with another */
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
    // Whoever hashes the file, or what graphql-js prints of it, means the same document.
    for (const text of [source, print(document)]) this.#byId.set(documentId(text), trusted[0]!);
    this.#byId.set(documentId(print(ofApollo)), trusted[1]!);
    this.#byName.set(operationName, trusted[0]!);
  }

  get isEmpty(): boolean {
    return this.#byId.size === 0;
  }

  byId = (id: string): TrustedDocument | undefined => this.#byId.get(id);

  byName = (operationName: string): TrustedDocument | undefined => this.#byName.get(operationName);

  /** Each distinct text once. */
  all = (): TrustedDocument[] => [...new Map([...this.#byId.values()].map((each) => [each.id, each])).values()];
}

/** Every `*.graphql` of the folder, those in subfolders too. */
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
