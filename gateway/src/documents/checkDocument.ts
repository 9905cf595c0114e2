import { Kind, OperationTypeNode, parse, type GraphQLError, type TypeNode } from 'graphql';
import type { CheckedDocument, DocumentFault } from '../channelManifest.ts';
import { Refusal } from '../errors/refusal.ts';
import type { GraphGeneration } from '../execution/liveGraph.ts';
import type { PreparedDocument } from './documents.ts';
import { sizeOf, type Limits } from './limits.ts';
import { commentAbove, documentId, normalise } from './trustedDocuments.ts';

/** More than an assistant should read of one tool. */
const mostDescription = 1_000;

const measured = ['depth', 'fields', 'rootFields', 'aliases', 'directives'] as const;

/** Checks a document that somebody registers as the channel will check it before it runs it. */
export function checkDocument(
  source: string,
  variables: Record<string, unknown> | undefined,
  { documents, pipeline }: Pick<GraphGeneration, 'documents' | 'pipeline'>,
  limits: Limits,
): CheckedDocument | readonly DocumentFault[] {
  try {
    const prepared = documents.prepare(source);
    const { operation, scopeSets, cost } = prepared;
    // A document is registered as a whole, so what its one operation does not use is part of it, too.
    const whole = parse(source, { maxTokens: limits.tokens });
    const name = operation.name?.value;
    if (name === undefined || whole.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION).length > 1)
      return [fault('BAD_USER_INPUT', 'A document has one operation, with a name.')];
    if (operation.operation === OperationTypeNode.SUBSCRIPTION)
      return [fault('BAD_USER_INPUT', 'Programs of partners do not subscribe: register a query or a mutation.')];
    const description = commentAbove(source) ?? '';
    if (description.length > mostDescription || description.includes('\u0000'))
      return [
        fault('BAD_USER_INPUT', `The comment above a document has at most ${mostDescription} characters of text.`),
      ];
    const size = sizeOf(whole, operation);
    const text = normalise(whole);
    const estimated = Math.ceil(variables ? cost.of(pipeline.coerce(prepared, variables)) : cost.usual);
    if (estimated > limits.cost)
      return [fault('COST_LIMIT_EXCEEDED', `It may cost ${estimated}, and ${limits.cost} is allowed at once.`)];
    return {
      documentId: documentId(text),
      name,
      text,
      description,
      variables: variablesOf(operation),
      limits: [
        { name: 'cost', has: estimated, most: limits.cost },
        ...measured.map((each) => ({ name: each, has: size[each], most: limits[each] })),
      ],
      scopes: scopeSets,
    };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.errors.map(faultOf);
  }
}

const fault = (code: string, message: string): DocumentFault => ({ code, message, line: null, column: null });

function faultOf(error: GraphQLError): DocumentFault {
  const [place] = error.locations ?? [];
  return {
    code: String(error.extensions['code']),
    message: error.message,
    line: place?.line ?? null,
    column: place?.column ?? null,
  };
}

const scalars: Readonly<Record<string, string>> = {
  ID: 'string',
  String: 'string',
  DateTime: 'string',
  Int: 'number',
  Float: 'number',
  Long: 'number',
  Boolean: 'boolean',
};

const variablesOf = ({ variableDefinitions = [] }: PreparedDocument['operation']): CheckedDocument['variables'] =>
  variableDefinitions.map(({ variable, type, defaultValue }) => ({
    name: variable.name.value,
    type: typeOf(type),
    required: type.kind === Kind.NON_NULL_TYPE && defaultValue === undefined,
  }));

/** The type in TypeScript of a variable's value; of enums and input types, which have many fields, `unknown`. */
function typeOf(type: TypeNode): string {
  if (type.kind === Kind.NON_NULL_TYPE) return typeOf(type.type);
  if (type.kind === Kind.LIST_TYPE) return `readonly ${typeOf(type.type)}[]`;
  return scalars[type.name.value] ?? 'unknown';
}
