import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError, type ExecutionResult } from 'graphql';
import type { Principal } from '#platform/identity/principal.ts';
import type { ErrorCode } from '#schema/errorCodes.ts';
import type { AppAccess, AppDocument, DescribedDocument } from '../../access/apps/appAccess.ts';
import { endingHeaders } from '../../documents/ending.ts';
import {
  checkOperationName,
  operationRequest,
  parseBody,
  type OperationRequest,
} from '../../documents/operationRequest.ts';
import { Refusal } from '../../errors/refusal.ts';
import type { LiveGraph } from '../../execution/liveGraph.ts';
import type { Caller } from '../../execution/pipeline.ts';
import { available, type AdmittedApp, type AppDoor } from './appDoor.ts';
import { readAppBody } from './appRequest.ts';
import { tellRates } from './tellRates.ts';

export interface AppRequestsOptions {
  readonly door: AppDoor;
  readonly access: AppAccess;
  readonly live: LiveGraph;
  readonly callerOf: (principal: Principal, traceparent: string, authorization: string | undefined) => Caller;
  readonly maxBodyBytes: number;
}

/** A request of an app that was let in. */
export interface AppVisit {
  readonly app: AdmittedApp;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly traceparent: string;
}

/** An answer to an app: the rest of what is sent is the same for everybody. */
export interface AppAnswer {
  readonly status: number;
  readonly body: ExecutionResult | Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Requests of partners' programs for documents. They come with an API key or signed with one, by POST, and name a
 * document that is registered for their app: where GraphQL is served, an app has no other way to ask for anything.
 */
export class AppRequests {
  readonly #options: AppRequestsOptions;

  constructor(options: AppRequestsOptions) {
    this.#options = options;
  }

  takes = (request: IncomingMessage): boolean => this.#options.door.takes(request);

  /**
   * Who sends the request.
   * @throws Refusal 401 for a credential that is not good
   */
  admit = (request: IncomingMessage): Promise<AdmittedApp> => this.#options.door.admit(request);

  /** @throws Refusal */
  async answer(request: IncomingMessage, response: ServerResponse, traceparent: string): Promise<AppAnswer> {
    if (request.method !== 'POST') throw Refusal.of(405, 'BAD_REQUEST', 'Programs of partners send requests by POST.');
    if (!/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
      throw Refusal.of(415, 'BAD_REQUEST', 'Send the request as `Content-Type: application/json`.');
    const app = await this.admit(request);
    return this.#answering({ app, request, response, traceparent }, async () => {
      await this.countRequest(app, response);
      const { documentId, variables, operationName } = operationRequest(await this.read(request));
      return { document: await this.#documentOf(app, documentId), variables, operationName };
    });
  }

  /** Counts a request against the rates of its app: also one that is refused afterwards. @throws Refusal 429 */
  countRequest = ({ load, principal }: AdmittedApp, response: ServerResponse): Promise<void> =>
    load.countRequest({ principal, address: '' }, tellRates(response));

  /** The body of a request, which is the one that was signed if the request is signed. */
  async read(request: IncomingMessage): Promise<unknown> {
    return parseBody(await readAppBody(request, this.#options.maxBodyBytes));
  }

  /** The documents that an app's assistants may use. */
  describedOf = ({ appId }: AdmittedApp): Promise<readonly DescribedDocument[]> =>
    available(this.#options.access.listDescribed(appId));

  /**
   * Executes a document of an app that an assistant calls. How it was answered is counted like any request, also if
   * `read` refuses.
   */
  call = (visit: AppVisit, document: AppDocument, read: () => OperationRequest['variables']): Promise<AppAnswer> =>
    this.#answering(visit, () => Promise.resolve({ document, variables: read(), operationName: undefined }));

  async #answering(
    visit: AppVisit,
    read: () => Promise<{ readonly document: AppDocument } & Pick<OperationRequest, 'variables' | 'operationName'>>,
  ): Promise<AppAnswer> {
    const { app, request } = visit;
    // What is refused below costs the domain as much, so that it is counted, too.
    const counted = this.#counted(app, request);
    try {
      const { document, variables, operationName } = await read();
      counted.of(document);
      checkOperationName({ operationName }, document.name);
      if (document.retired) return counted.as(refuseRetired(document));
      return counted.as(await this.#execute(visit, document, variables));
    } catch (error) {
      counted.asRefused(error);
      throw error;
    }
  }

  /** Counts the request of an app once it is known how it was answered. */
  #counted(app: AdmittedApp, { headers }: IncomingMessage) {
    let named = { documentId: '', operation: '' };
    return {
      of: ({ id, name, version }: AppDocument) => void (named = { documentId: id, operation: `${name}@${version}` }),
      as(answer: AppAnswer): AppAnswer {
        const failed = !Buffer.isBuffer(answer.body) && (answer.body.errors?.length ?? 0) > 0;
        app.count({ ...named, status: answer.status, failed });
        return answer;
      },
      asRefused(error: unknown): void {
        const status = error instanceof Refusal ? error.status : 500;
        const ofDocument = headers.accept?.includes('application/graphql-response+json') ? 400 : 200;
        app.count({ ...named, status: status === 'document' ? ofDocument : status, failed: true });
      },
    };
  }

  async #documentOf({ appId }: AdmittedApp, documentId: OperationRequest['documentId']): Promise<AppDocument> {
    const { access } = this.#options;
    const document = documentId && (await available(access.findDocument(appId, hashIn(documentId))));
    if (!document)
      throw Refusal.of(
        404,
        'DOCUMENT_NOT_FOUND',
        'A program executes documents by `documentId`: name one that is registered for its app, and active.',
      );
    return document;
  }

  async #execute(
    { app: { principal, load }, response, traceparent }: AppVisit,
    document: AppDocument,
    variables: OperationRequest['variables'],
  ): Promise<AppAnswer> {
    const { live, callerOf } = this.#options;
    const { documents, pipeline } = live.current;
    const prepared = documents.prepare(document.text);
    const coerced = pipeline.coerce(prepared, variables);
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const leave = await load.enter({ prepared }, principal, '', tellRates(response));
    let body: Buffer | ExecutionResult;
    try {
      const caller = callerOf(principal, traceparent, undefined);
      body = await pipeline.answer(prepared, coerced, caller, { gone: gone.signal });
    } finally {
      leave();
    }
    return { status: 200, body, headers: { 'cache-control': 'no-store', ...endingHeaders(document) } };
  }
}

const hashIn = (documentId: string): string => documentId.replace(/^sha256:/, '');

function refuseRetired(document: AppDocument): AppAnswer {
  const { name, version, sunset, successor } = document;
  const follows = successor ? ` Use ${successor.release} instead.` : '';
  const error = new GraphQLError(`${name}@${version} is retired since ${sunset?.toISOString()}.${follows}`, {
    extensions: {
      code: 'DOCUMENT_RETIRED' satisfies ErrorCode,
      sunset: sunset?.toISOString(),
      successor: successor ?? null,
    },
  });
  return { status: 410, body: { errors: [error] }, headers: endingHeaders(document) };
}
