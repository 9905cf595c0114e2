/**
 * The catalogue of all values of `extensions.code` that a client may see in `errors`: what each means and what to do.
 * Expected failures of an operation are typed results in the schema and are not listed here.
 */
export const errorCodes = {
  BAD_USER_INPUT: 'An argument or variable is not acceptable. Correct it; the message names it.',
  GRAPHQL_PARSE_FAILED: 'The document is not GraphQL.',
  GRAPHQL_VALIDATION_FAILED: 'The document does not fit the schema of this channel.',
  BAD_REQUEST: 'The HTTP request is not a GraphQL request.',
  DOCUMENT_TOO_COMPLEX:
    'The document is over a limit (tokens, depth, aliases, directives, root fields). Ask for less at once.',
  COST_LIMIT_EXCEEDED:
    'With these variables the request would cost more than this channel allows at once, so nothing of it ran. Ask for shorter or fewer pages; `extensions.cost` has the estimated cost and the limit.',
  DOCUMENT_NOT_TRUSTED: 'This channel runs registered documents only. Register the operation.',
  DOCUMENT_NOT_FOUND: 'No registered document has this id. Deploy the channel with the operation, or send another id.',
  DOCUMENT_RETIRED:
    'The sunset of the registered document is past. `extensions.successor` names the document to use instead.',
  PERSISTED_QUERY_NOT_FOUND: "The hash is unknown. Apollo's protocol: send the document once along with it.",
  PERSISTED_QUERY_NOT_SUPPORTED: 'This channel takes no new documents by hash.',
  INTROSPECTION_DISABLED: 'Introspection is off in production. Read the committed contract of the channel instead.',
  UNAUTHENTICATED: 'No token, or one that is not valid here. Get a new one.',
  FORBIDDEN: 'The token is valid, but lacks the scope. The message names it.',
  NOT_FOUND: 'The thing named by an id does not exist, or is not yours.',
  IDEMPOTENCY_KEY_REUSED: 'The idempotency key was used before with another body. Use a new key for a new request.',
  SUBGRAPH_UNAVAILABLE: 'A part of the graph did not answer. The rest of the answer holds; try again later.',
  SUBGRAPH_ANSWER_INVALID:
    'A part of the graph answered with a value that its schema does not allow, such as no value where one always is. The rest of the answer holds.',
  QUERY_PLANNING_FAILED:
    'The supergraph has no way to ask its subgraphs for this, so nothing of it ran. Leave out the field that the message names, or ask for it by way of another type or field; whoever composes the supergraph has to make it reachable.',
  DEADLINE_EXCEEDED:
    'The request took longer than it may. What it was to change may have been changed: try again with the same idempotency key.',
  TOO_MANY_REQUESTS: 'A limit on connections, subscriptions or rate was reached. Wait and try again.',
  OVERLOADED:
    'This replica has more to do than it can, and nothing of the request ran. Try again after `extensions.retryAfter` seconds, with the same idempotency key.',
  SHUTTING_DOWN: 'This replica is going away. Connect again; another one answers.',
  CURSOR_INVALID:
    'The cursor is not one of ours, or is of another caller, document or variables. Subscribe anew, without `resumeFrom`.',
  DOCUMENT_OUTDATED:
    'The graph changed while this subscribed, and the document fits it no more. Subscribe with one that does; the cursor may still be good.',
  ERRORS_LEFT_OUT:
    'The last of the errors of an answer that had more of them than are sent. The message says how many are missing; what failed is null all the same.',
  CONFLICT: 'Somebody else changed the same thing at the same time. Read it again and retry.',
  INTERNAL_SERVER_ERROR: 'Our fault. It is logged under the trace id in `extensions.traceId`.',
} as const;

export type ErrorCode = keyof typeof errorCodes;
