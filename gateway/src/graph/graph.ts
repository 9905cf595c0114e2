import { DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph, type Schema } from '@apollo/federation-internals';
import { Kind, buildASTSchema, parse, type DocumentNode, type GraphQLSchema } from 'graphql';
import { CostIndex, costNamesOf } from './costIndex.ts';
import { exactDefaults } from './exactDefaults.ts';
import { exactLiterals } from './exactLiterals.ts';
import { GuardIndex, restrictionFeatures, restrictionNames } from './guardIndex.ts';
import { OwnerIndex } from './ownerIndex.ts';
import { streamDeclarations, type StreamDeclaration } from './streamDeclaration.ts';
import { VariesIndex } from './variesIndex.ts';

/** A supergraph as the runtime uses it. Everything is derived from the SDL, which may be of any Federation 2 graph. */
export interface Graph {
  /** The SDL, parsed. */
  readonly document: DocumentNode;
  readonly supergraph: Supergraph;
  /** What clients see. */
  readonly apiSchema: GraphQLSchema;
  /** The same, as the planner takes it. */
  readonly plannerSchema: Schema;
  readonly supergraphSchema: GraphQLSchema;
  /** Name of each subgraph → where the supergraph says it is. */
  readonly subgraphUrls: ReadonlyMap<string, string>;
  readonly guards: GuardIndex;
  readonly varies: VariesIndex;
  readonly costs: CostIndex;
  readonly owners: OwnerIndex;
  /** By subscription field. */
  readonly streams: ReadonlyMap<string, StreamDeclaration>;
}

/**
 * Those of Apollo's gateway; `@context`: it is the planner's, and the executor does what the plan says; and
 * `@authenticated` with its like: whoever serves the graph has to refuse what its `guards` say.
 */
export const supportedFeatures: Set<string> = new Set([
  ...DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  'https://specs.apollo.dev/context/v0.1',
  ...restrictionFeatures,
]);

/**
 * @param options.composed whether `generate` composed it: then composition has validated it, which takes three quarters
 * of the time that it takes to build
 * @throws if the SDL is no supergraph, or asks for something this runtime does not know
 */
export function buildGraph(supergraphSdl: string, { composed = false }: { readonly composed?: boolean } = {}): Graph {
  const document = parse(supergraphSdl, { noLocation: true });
  requireUsualRoots(document);
  const supergraph = composed
    ? Supergraph.build(document, { supportedFeatures, validateSupergraph: false })
    : Supergraph.build(supergraphSdl, { supportedFeatures });
  const plannerSchema = supergraph.apiSchema();
  const apiSchema = exactDefaults(exactLiterals(plannerSchema.toGraphQLJSSchema()), document);
  return {
    document,
    supergraph,
    plannerSchema,
    apiSchema,
    // Valid by now; the schema of the supergraph object would be printed, parsed and validated once more.
    supergraphSchema: buildASTSchema(document, { assumeValid: true }),
    subgraphUrls: subgraphUrls(document),
    guards: new GuardIndex(document, restrictionNames(supergraph)),
    varies: new VariesIndex(document),
    costs: new CostIndex(document, apiSchema, costNamesOf(supergraph)),
    owners: new OwnerIndex(document),
    streams: streamDeclarations(document),
  };
}

/**
 * Apollo's composition gives the root types of a supergraph their usual names, whatever its subgraphs call theirs, and
 * the planner asks subgraphs by these names alone: with others, each request would fail to be planned.
 * @throws if a root type has another name
 */
function requireUsualRoots(document: DocumentNode): void {
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION) continue;
    for (const { operation, type } of definition.operationTypes) {
      const usual = operation[0]!.toUpperCase() + operation.slice(1);
      if (type.name.value !== usual)
        throw new Error(
          `its type ${type.name.value} has to be called ${usual}, since queries are planned by that name: compose it anew` +
            ` by Apollo's composition (\`rover supergraph compose\`), which names it so, whatever the subgraphs call theirs`,
        );
    }
  }
}

/** Name of each subgraph → where the supergraph says it is. */
export function subgraphUrls(document: DocumentNode): Map<string, string> {
  const urls = new Map<string, string>();
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.ENUM_TYPE_DEFINITION || definition.name.value !== 'join__Graph') continue;
    for (const value of definition.values ?? []) {
      const read = (name: string) =>
        value.directives?.[0]?.arguments?.find((argument) => argument.name.value === name)?.value;
      const [name, url] = [read('name'), read('url')];
      if (name?.kind === Kind.STRING && url?.kind === Kind.STRING) urls.set(name.value, url.value);
    }
  }
  return urls;
}
