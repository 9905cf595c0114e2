import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  buildSchema,
  execute,
  parse,
  printSchema,
  validate,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql';
import type { SubgraphCall, SubgraphRequest } from '#platform/subgraph/execution.ts';
import { buildGraph, type Graph } from '../../graph/graph.ts';
import { SeededRandom } from './seededRandom.ts';
import { subgraphSdls } from './subgraphSdl.ts';
import { supergraphModel } from './supergraphModel.ts';
import { World, thingById } from './world.ts';

/** A supergraph with its subgraphs in this process, and one schema that owns everything, for comparison. */
export interface GeneratedSupergraph {
  readonly sdls: ReadonlyMap<string, string>;
  readonly graph: Graph;
  readonly whole: GraphQLSchema;
  /** Resets the state, so that each execution begins with the same. */
  begin(): void;
  /** Executes with plain graphql-js on the one schema. */
  expected(text: string, variables: Record<string, unknown>): Promise<ExecutionResult>;
  readonly subgraphCall: (name: string) => SubgraphCall;
}

/** @returns undefined if the drawn subgraphs do not compose */
export function generatedSupergraph(seed: number): GeneratedSupergraph | undefined {
  const model = supergraphModel(new SeededRandom(seed));
  const world = new World(model, seed);
  const sdls = subgraphSdls(model);
  const { supergraphSdl, errors } = composeServices(
    [...sdls].map(([name, text]) => ({ name, url: `http://localhost/${name}`, typeDefs: parse(text) })),
  );
  if (errors ?? !supergraphSdl) return undefined;
  const graph = buildGraph(supergraphSdl!);
  const whole = buildSchema(printSchema(graph.apiSchema));
  const answer = documentsOnce();
  const schemas = new Map(
    [...sdls].map(([name, text]) => {
      const resolvers = text.includes('interface Thing') ? { Thing: { __resolveReference: thingById } } : {};
      return [name, buildSubgraphSchema({ typeDefs: parse(text), resolvers: resolvers as never })];
    }),
  );
  return {
    sdls,
    graph,
    whole,
    begin: () => world.begin(),
    expected: async (source, variableValues) =>
      plain(await answer({ schema: whole, source, variableValues, fieldResolver: world.wholeResolver })),
    subgraphCall:
      (name) =>
      async ({ query, variables }: SubgraphRequest) =>
        plain(
          await answer({
            schema: schemas.get(name)!,
            source: query,
            variableValues: variables,
            fieldResolver: world.subgraphResolver,
          }),
        ),
  };
}

interface Asked extends Omit<ExecutionArgs, 'document'> {
  readonly source: string;
}

/** `graphql`, which parses and validates a document once, although it is asked again and again. */
function documentsOnce(): (asked: Asked) => Promise<ExecutionResult> {
  const known = new Map<GraphQLSchema, Map<string, ReturnType<typeof read>>>();
  const read = (schema: GraphQLSchema, source: string) => {
    const document = parse(source);
    return { document, errors: validate(schema, document) };
  };
  return async ({ source, ...asked }) => {
    const documents = known.get(asked.schema) ?? new Map<string, ReturnType<typeof read>>();
    known.set(asked.schema, documents);
    const { document, errors } = documents.get(source) ?? read(asked.schema, source);
    documents.set(source, { document, errors });
    return errors.length > 0 ? { errors } : execute({ ...asked, document });
  };
}

/** A result as it arrives over the network: made from its JSON. */
export const plain = (result: ExecutionResult): ExecutionResult =>
  JSON.parse(JSON.stringify(result)) as ExecutionResult;
