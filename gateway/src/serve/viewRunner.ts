import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { Kind } from 'graphql';
import type { ViewContext, ViewResult } from '../channelManifest.ts';
import type { Caller } from '../execution/pipeline.ts';
import type { GraphGeneration } from '../execution/liveGraph.ts';
import { currentReading } from '../kept/reading.ts';
import type { TrustedDocuments } from '../documents/trustedDocuments.ts';

const nameOf = (document: string | TypedDocumentNode): string => {
  if (typeof document === 'string') return document;
  const operation = document.definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION);
  return operation?.name?.value ?? '';
};

/** Makes the function by which a channel's view resolvers run its trusted documents, with the rights of the caller. */
export function viewRunner(
  { documents, pipeline }: Pick<GraphGeneration, 'documents' | 'pipeline'>,
  trusted: TrustedDocuments,
  caller: Caller,
): ViewContext['run'] {
  return async (
    document: string | TypedDocumentNode,
    variables: Record<string, unknown> = {},
  ): Promise<ViewResult<never>> => {
    const known = trusted.byName(nameOf(document));
    if (!known) throw new Error(`the channel has no document ${nameOf(document)} in operations/`);
    const prepared = documents.prepareTrusted(known.source);
    const coerced = pipeline.coerce(prepared, variables);
    const { data, errors } = await pipeline.run(prepared, coerced, caller);
    const reading = currentReading();
    reading?.ran(prepared, coerced, data);
    if (errors?.length) reading?.failed();
    return { data: (data ?? null) as never, errors: errors ?? [] };
  };
}
