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
import type { Principal } from '#platform/identity/principal.ts';
import type { ErrorCode } from '#schema/errorCodes.ts';
import { refusalKey, scopeSetsOf, withoutRefused } from './authorization.ts';
import { OperationCost } from './cost.ts';
import type { Graph } from '../graph/graph.ts';
import type { ScopeSet } from '../graph/guardIndex.ts';
import { checkLimits, checkNames, rootFieldsOf, type Limits } from './limits.ts';
import { LruCache } from './lruCache.ts';
import { neverNullVariables } from './neverNullVariables.ts';
import type { Engine, OperationPlan } from '../execution/engine.ts';
import { Refusal } from '../errors/refusal.ts';
import { OneSubscriptionField } from './subscriptionField.ts';

/**
 * A document that is ready to run: the chosen operation with the fragments that it uses, parsed, within the limits and
 * valid. It keeps the plans that were made for its callers so far.
 */
export interface PreparedDocument {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly operationName: string | undefined;
  /** Variables that may not be null although their types allow it; see `neverNullVariables`. */
  readonly neverNull: ReadonlySet<string>;
  /** Whether it selects only `__schema`, `__type` or `__typename`. */
  readonly introspectionOnly: boolean;
  /** How many fields of mutations it selects, each alias counted; 0 for a query or a subscription. */
  readonly mutationFields: number;
  /** What it may cost at most; see `OperationCost`. */
  readonly cost: OperationCost;
  /** The sets of scopes that its fields require; see `scopeSetsOf`. */
  readonly scopeSets: readonly ScopeSet[];
  /** Plans by `refusalKey` of the callers that they are for. */
  readonly variants: Map<string, PlannedVariant>;
}

/** What remains of a document for the principals who are refused the same fields, and the plan for it. */
export interface PlannedVariant {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly plan: OperationPlan;
  /** Whether nothing was removed. If something was, the answer has to go through `refuse`. */
  readonly whole: boolean;
}

export interface DocumentOptions {
  readonly limits: Limits;
  /** In production: introspection is refused, and error messages do not suggest names. */
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
          new GraphQLError('Introspection is disabled here.', {
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
      'The document has several operations: set operationName to the one that is to run.',
    );
  return operation;
}

/**
 * How long all documents together may be that clients sent and that are kept prepared. A document with its plan takes
 * some 230 bytes for each of its characters, so these are about 46 MB.
 */
const preparedCharacters = 200_000;

/** Prepares documents for one graph. Each distinct document is checked once, however often it is sent. */
export class Documents {
  readonly #graph: Graph;
  readonly #engine: Pick<Engine, 'plan'>;
  readonly #options: DocumentOptions;
  /** By operation name and text; the weight is the length of the text. */
  readonly #prepared = new LruCache<PreparedDocument>(preparedCharacters);
  /** The trusted documents, kept apart so that documents which clients send cannot evict them. */
  readonly #kept = new Map<string, PreparedDocument>();

  constructor(graph: Graph, engine: Pick<Engine, 'plan'>, options: DocumentOptions) {
    this.#graph = graph;
    this.#engine = engine;
    this.#options = options;
  }

  /** Parses, checks and remembers a document. @throws Refusal if it is invalid or over a limit */
  prepare(source: string, operationName?: string): PreparedDocument {
    const key = `${operationName ?? ''}\n${source}`;
    const known = this.#prepared.get(key);
    if (known) return known;
    const prepared = this.#prepareDocument(this.parse(source), operationName);
    this.#prepared.set(key, prepared, key.length);
    return prepared;
  }

  /** Prepares a trusted document and keeps it for as long as the graph is served. @throws Refusal */
  prepareTrusted(source: string): PreparedDocument {
    const known = this.#kept.get(source);
    if (known) return known;
    const prepared = this.#prepareDocument(this.parse(source));
    this.#kept.set(source, prepared);
    return prepared;
  }

  /** Parses without validating. @throws Refusal for a syntax error, too many tokens or too deep nesting */
  parse(source: string): DocumentNode {
    try {
      // Source locations take several times the memory of the rest of the syntax tree, so production does without.
      return parse(source, { maxTokens: this.#options.limits.tokens, noLocation: this.#options.discreet });
    } catch (error) {
      // The parser is recursive: a document that is nested too deeply overflows the stack.
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

  /** Prepares a document of another graph for this one. @throws Refusal if it is not valid here */
  recheck({ document, operationName }: PreparedDocument): PreparedDocument {
    return this.#prepareDocument(document, operationName);
  }

  /** Prepares a document that the runtime derived from a valid one; it is not validated again. */
  prepareDerived(whole: DocumentNode, operationName?: string): PreparedDocument {
    const operation = selectedOperation(whole, operationName);
    if (!this.#graph.apiSchema.getRootType(operation.operation))
      throw Refusal.of('document', 'GRAPHQL_VALIDATION_FAILED', `This graph has no ${operation.operation}.`);
    // Fragments of the document's other operations may use variables that this operation does not declare. They are
    // removed here, and nothing after this meets them.
    const document = separateOperations(whole)[operation.name?.value ?? '']!;
    return {
      document,
      operation,
      operationName: operation.name?.value,
      neverNull: neverNullVariables(document),
      introspectionOnly: operation.operation === 'query' && this.#asksForSchemaOnly(operation),
      mutationFields: operation.operation === 'mutation' ? rootFieldsOf(document, operation) : 0,
      cost: new OperationCost(document, operation, this.#graph, this.#options.limits.assumedListSize),
      scopeSets: scopeSetsOf(document, this.#graph),
      variants: new Map(),
    };
  }

  #check(document: DocumentNode): void {
    try {
      checkLimits(document, this.#options.limits);
      if (!this.#graph.guards.isEmpty || this.#graph.streams.size > 0) checkNames(document);
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

  /** The plan for this principal. It is made once for all principals who are refused the same fields. */
  variantFor(prepared: PreparedDocument, principal: Principal): PlannedVariant {
    const key = refusalKey(principal, prepared.scopeSets);
    const known = prepared.variants.get(key);
    if (known) return known;
    const document = key === '' ? prepared.document : withoutRefused(prepared.document, principal, this.#graph);
    const operation = selectedOperation(document, prepared.operationName);
    const variant: PlannedVariant = {
      document,
      operation,
      plan: this.#engine.plan(document, operation),
      whole: key === '',
    };
    prepared.variants.set(key, variant);
    return variant;
  }
}
