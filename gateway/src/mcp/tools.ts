import { Kind, OperationTypeNode, isInputType, typeFromAST, valueFromASTUntyped } from 'graphql';
import type { Principal } from '#platform/identity/principal.ts';
import type { AppDocument, DescribedDocument } from '../access/apps/appAccess.ts';
import type { McpPolicy } from '../channelManifest.ts';
import { refusalKey } from '../documents/authorization.ts';
import type { PreparedDocument } from '../documents/documents.ts';
import type { TrustedDocument, TrustedDocuments } from '../documents/trustedDocuments.ts';
import { Refusal } from '../errors/refusal.ts';
import type { GraphGeneration } from '../execution/liveGraph.ts';
import { InputSchemas, described, requiredOf, type JsonSchema } from '../graph/jsonSchema.ts';
import { outputSchema } from './outputSchema.ts';

/** A document of a channel as an assistant sees it; the words are those of the Model Context Protocol. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonSchema & { readonly type: 'object' };
  readonly outputSchema: JsonSchema & { readonly type: 'object' };
  readonly annotations: { readonly readOnlyHint: boolean; readonly openWorldHint: false };
}

interface OfferedDocument {
  readonly tool: Tool;
  readonly document: TrustedDocument;
  readonly prepared: PreparedDocument;
}

/**
 * The documents that a channel offers to assistants: its own that a comment describes. Queries are, and the mutations
 * that the manifest names; a subscription is none, since a call has one answer.
 */
export class Tools {
  readonly #trusted: TrustedDocuments;
  readonly #mutations: ReadonlySet<string>;
  #made: { readonly of: GraphGeneration; readonly byName: ReadonlyMap<string, OfferedDocument> } | undefined;

  constructor(trusted: TrustedDocuments, { mutations = [] }: McpPolicy) {
    this.#trusted = trusted;
    this.#mutations = new Set(mutations);
  }

  /** Those of which nothing is refused to the caller. */
  listFor(principal: Principal, current: GraphGeneration): Tool[] {
    return [...this.#in(current).values()]
      .filter(({ prepared }) => refusalKey(principal, prepared.scopeSets) === '')
      .map(({ tool }) => tool);
  }

  /** A tool and its document; undefined if there is none of this name. */
  find(name: string, current: GraphGeneration): OfferedDocument | undefined {
    return this.#in(current).get(name);
  }

  #in(current: GraphGeneration): ReadonlyMap<string, OfferedDocument> {
    if (this.#made?.of !== current) {
      const offered = this.#trusted.own().flatMap((document) => this.#offer(document, current));
      this.#made = { of: current, byName: new Map(offered.map((each) => [each.tool.name, each])) };
    }
    return this.#made.byName;
  }

  #offer(document: TrustedDocument, { documents, graph }: GraphGeneration): OfferedDocument[] {
    if (document.description === undefined) return [];
    const prepared = documents.prepareTrusted(document.source);
    if (!reads(prepared) && !this.#mutations.has(document.operationName)) return [];
    return [{ tool: toolOf(document.operationName, document.description, prepared, graph), document, prepared }];
  }
}

/**
 * The arguments of a call, all of which the tool has. A misspelt one would be left out in silence, and the tool answer
 * something else than it was asked.
 * @throws Refusal that says which arguments there are
 */
export function checkedArguments<Given extends object>({ inputSchema }: Tool, given: Given): Given {
  const known = Object.keys((inputSchema['properties'] as object | undefined) ?? {});
  const odd = Object.keys(given).filter((name) => !known.includes(name));
  if (odd.length === 0) return given;
  const takes = known.length > 0 ? `The tool takes ${known.join(', ')}.` : 'The tool takes none.';
  throw Refusal.of('document', 'BAD_USER_INPUT', `There is no argument ${odd.slice(0, 5).join(', ')}. ${takes}`);
}

/** A document of an app as an assistant sees it. */
export interface AppTool {
  readonly tool: Tool;
  readonly document: AppDocument;
}

/**
 * The documents that an app offers to its assistants: its queries that a comment describes, of those the ones that the
 * graph still has and of which nothing is refused to the app.
 */
export class AppTools {
  /** Made once for each document, as long as the graph stays. */
  readonly #made = new WeakMap<GraphGeneration, Map<string, AppTool | undefined>>();

  of(described: readonly DescribedDocument[], principal: Principal, current: GraphGeneration): AppTool[] {
    const made = this.#made.get(current) ?? new Map<string, AppTool | undefined>();
    this.#made.set(current, made);
    return described.flatMap((document) => {
      // Rights and descriptions may change while the text stays, so they are part of what was made.
      const key = JSON.stringify([document.id, document.description, document.sunset, ...principal.grants[0]!.scopes]);
      if (!made.has(key)) {
        if (made.size >= mostMade) made.clear();
        made.set(key, make(document, principal, current));
      }
      return made.get(key) ?? [];
    });
  }
}

const mostMade = 10_000;

function make(
  document: DescribedDocument,
  principal: Principal,
  { documents, graph }: GraphGeneration,
): AppTool | undefined {
  const { name, description, text, sunset, successor } = document;
  try {
    const prepared = documents.prepare(text);
    if (!reads(prepared) || refusalKey(principal, prepared.scopeSets) !== '') return undefined;
    const ending = sunset
      ? ` It ends at ${sunset.toISOString()}${successor ? ` and is followed by ${successor.release}` : ''}.`
      : '';
    return { tool: toolOf(name, `${description}${ending}`, prepared, graph), document };
  } catch (error) {
    // It was good when it was registered; a call by its id is told why it is no more.
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

const reads = ({ operation }: PreparedDocument): boolean => operation.operation === OperationTypeNode.QUERY;

const toolOf = (
  name: string,
  description: string,
  prepared: PreparedDocument,
  { apiSchema }: GraphGeneration['graph'],
): Tool => ({
  name,
  description,
  inputSchema: inputSchema(prepared, apiSchema),
  outputSchema: outputSchema(prepared.document, prepared.operation, apiSchema) as Tool['outputSchema'],
  annotations: { readOnlyHint: reads(prepared), openWorldHint: false },
});

/** The JSON Schema of the variables of a document. */
function inputSchema(
  { operation }: PreparedDocument,
  schema: GraphGeneration['graph']['apiSchema'],
): Tool['inputSchema'] {
  const inputs = new InputSchemas('3.1.0', '#/$defs/');
  const variables = (operation.variableDefinitions ?? []).flatMap(({ variable, type: node, defaultValue }) => {
    const type = typeFromAST(schema, node as never);
    if (!isInputType(type)) return [];
    const given = defaultValue && { defaultValue: valueFromASTUntyped(defaultValue) };
    const required = node.kind === Kind.NON_NULL_TYPE && !defaultValue;
    return [{ name: variable.name.value, schema: described(inputs.of(type), { ...given }), required }];
  });
  return {
    type: 'object',
    properties: Object.fromEntries(variables.map((each) => [each.name, each.schema])),
    ...requiredOf(variables.filter(({ required }) => required).map(({ name }) => name)),
    additionalProperties: false,
    ...(inputs.components.size > 0 && { $defs: Object.fromEntries(inputs.components) }),
  };
}
