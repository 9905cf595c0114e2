import {
  GraphQLError,
  Kind,
  SingleFieldSubscriptionsRule,
  TypeInfo,
  getNamedType,
  isIntrospectionType,
  parse,
  separateOperations,
  specifiedRules,
  validate,
  type ASTVisitor,
  type DocumentNode,
  type OperationDefinitionNode,
  type ValidationContext,
} from 'graphql';
import type { QueryPlan } from '@apollo/query-planner';
import type { Principal } from '#platform/identity/principal.ts';
import type { ErrorCode } from '#schema/errorCodes.ts';
import { refusalKey, scopeSetsOf, withoutRefused } from './authorization.ts';
import type { Graph } from '../graph/graph.ts';
import type { ScopeSet } from '../graph/guardIndex.ts';
import { checkLimits, type Limits } from './limits.ts';
import { LruCache } from './lruCache.ts';
import { neverNullVariables } from './neverNullVariables.ts';
import type { Planner } from '../execution/planner.ts';
import { Refusal } from '../errors/refusal.ts';
import { OneSubscriptionField } from './subscriptionField.ts';

/**
 * A document that may be run, of the one operation that was chosen and the fragments that it reaches: parsed, within
 * the limits, valid, and planned for those who asked before.
 */
export interface PreparedDocument {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly operationName: string | undefined;
  /** Variables for which null is no value, though their types allow it; see `neverNullVariables`. */
  readonly neverNull: ReadonlySet<string>;
  /** Asks for nothing but the schema itself. */
  readonly introspectionOnly: boolean;
  /** Every set of scopes it can meet. */
  readonly scopeSets: readonly ScopeSet[];
  /** By what is refused. */
  readonly variants: Map<string, PlannedVariant>;
}

/** What is left of a document for principals who are refused the same. */
export interface PlannedVariant {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly plan: QueryPlan;
  /** Nothing was taken away, and nothing needs a second look. */
  readonly whole: boolean;
}

export interface DocumentOptions {
  readonly limits: Limits;
  /** No introspection, no hints about names. */
  readonly discreet: boolean;
}

const withCode = (error: GraphQLError, code: ErrorCode): GraphQLError =>
  new GraphQLError(error.message, {
    nodes: error.nodes,
    source: error.source,
    positions: error.positions,
    extensions: { ...error.extensions, code: error.extensions['code'] ?? code },
  });

function NoIntrospection(context: ValidationContext): ASTVisitor {
  return {
    Field(node) {
      const type = getNamedType(context.getType());
      if (type && isIntrospectionType(type)) {
        context.reportError(
          new GraphQLError('Introspection is off here.', {
            nodes: node,
            extensions: { code: 'INTROSPECTION_DISABLED' },
          }),
        );
      }
    },
  };
}

const graphqlRules = [...specifiedRules.filter((rule) => rule !== SingleFieldSubscriptionsRule), OneSubscriptionField];

function selectedOperation(document: DocumentNode, operationName: string | undefined): OperationDefinitionNode {
  const operations = document.definitions.filter(
    (each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION,
  );
  const operation =
    operationName === undefined ? operations[0] : operations.find((each) => each.name?.value === operationName);
  if (!operation)
    throw Refusal.of(
      'document',
      'BAD_USER_INPUT',
      operationName === undefined
        ? 'The document has no operation.'
        : `The document has no operation ${operationName}.`,
    );
  if (operationName === undefined && operations.length > 1)
    throw Refusal.of(
      'document',
      'BAD_USER_INPUT',
      'The document has several operations: name the one to run in operationName.',
    );
  return operation;
}

/** Documents, each checked once however often it is sent. */
export class Documents {
  readonly #graph: Graph;
  readonly #planner: Planner;
  readonly #options: DocumentOptions;
  /** By text. A prepared document takes about a hundred times the memory of its text. */
  readonly #prepared = new LruCache<PreparedDocument>(1_000_000);
  /** Those that nobody else's documents can push out. */
  readonly #kept = new Map<string, PreparedDocument>();

  constructor(graph: Graph, planner: Planner, options: DocumentOptions) {
    this.#graph = graph;
    this.#planner = planner;
    this.#options = options;
  }

  /** @throws Refusal */
  prepare(source: string, operationName?: string): PreparedDocument {
    const key = `${operationName ?? ''}\n${source}`;
    const known = this.#prepared.get(key);
    if (known) return known;
    const prepared = this.#prepareDocument(this.parse(source), operationName);
    this.#prepared.set(key, prepared, key.length);
    return prepared;
  }

  /** A trusted document, prepared for good. @throws Refusal */
  keep(source: string): PreparedDocument {
    const known = this.#kept.get(source);
    if (known) return known;
    const prepared = this.#prepareDocument(this.parse(source));
    this.#kept.set(source, prepared);
    return prepared;
  }

  /** Syntax only. @throws Refusal */
  parse(source: string): DocumentNode {
    try {
      // Places within the text cost several times the memory of the rest.
      return parse(source, { maxTokens: this.#options.limits.tokens, noLocation: this.#options.discreet });
    } catch (error) {
      // The parser calls itself for each level: what is nested deeper than the stack is no document of ours.
      if (error instanceof RangeError)
        throw Refusal.of('document', 'DOCUMENT_TOO_COMPLEX', 'The document is nested too deeply.');
      const tooMany = error instanceof GraphQLError && error.message.includes('tokens');
      throw new Refusal('document', [
        withCode(error as GraphQLError, tooMany ? 'DOCUMENT_TOO_COMPLEX' : 'GRAPHQL_PARSE_FAILED'),
      ]);
    }
  }

  #prepareDocument(document: DocumentNode, operationName?: string): PreparedDocument {
    this.#check(document);
    return this.prepareDerived(document, operationName);
  }

  /** A document that was prepared for another graph. @throws Refusal if it does not fit this one */
  recheck({ document, operationName }: PreparedDocument): PreparedDocument {
    return this.#prepareDocument(document, operationName);
  }

  /** A document that the runtime made of one that was checked. */
  prepareDerived(whole: DocumentNode, operationName?: string): PreparedDocument {
    const operation = selectedOperation(whole, operationName);
    // Other operations' fragments use variables that this one does not declare: nothing after this looks at them.
    const document = separateOperations(whole)[operation.name?.value ?? '']!;
    return {
      document,
      operation,
      operationName: operation.name?.value,
      neverNull: neverNullVariables(document),
      introspectionOnly: operation.operation === 'query' && this.#asksForSchemaOnly(operation),
      scopeSets: scopeSetsOf(document, this.#graph),
      variants: new Map(),
    };
  }

  #check(document: DocumentNode): void {
    try {
      checkLimits(document, this.#options.limits);
    } catch (error) {
      throw error instanceof GraphQLError ? new Refusal('document', [error]) : error;
    }
    const rules = this.#options.discreet ? [NoIntrospection, ...graphqlRules] : graphqlRules;
    const errors = validate(
      this.#graph.apiSchema,
      document,
      rules,
      { maxErrors: 10, hideSuggestions: this.#options.discreet },
      new TypeInfo(this.#graph.apiSchema),
    );
    if (errors.length > 0)
      throw new Refusal(
        'document',
        errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')),
      );
  }

  #asksForSchemaOnly(operation: OperationDefinitionNode): boolean {
    return operation.selectionSet.selections.every(
      (each) => each.kind === Kind.FIELD && each.name.value.startsWith('__'),
    );
  }

  /** The plan for this principal; made once for all who are refused the same. */
  variantFor(prepared: PreparedDocument, principal: Principal): PlannedVariant {
    const key = refusalKey(principal, prepared.scopeSets);
    const known = prepared.variants.get(key);
    if (known) return known;
    const document = key === '' ? prepared.document : withoutRefused(prepared.document, principal, this.#graph);
    const variant: PlannedVariant = {
      document,
      operation: selectedOperation(document, prepared.operationName),
      plan: this.#planner.plan(document, prepared.operationName),
      whole: key === '',
    };
    prepared.variants.set(key, variant);
    return variant;
  }
}
