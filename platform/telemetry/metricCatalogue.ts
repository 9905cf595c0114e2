/**
 * What a label may say: anything of a bounded set that the code does not know (channels, consumers, …), or one of these
 * words.
 */
export type LabelValues = 'any' | readonly string[];

/** Adds up from the start of the process on; ask Prometheus for its `rate`. */
export interface CounterDeclaration {
  readonly kind: 'counter';
  readonly name: string;
  readonly help: string;
  readonly labels: Readonly<Record<string, LabelValues>>;
}
/** How long things took. In seconds, counted by upper bound. */
export interface HistogramDeclaration {
  readonly kind: 'histogram';
  readonly name: string;
  readonly help: string;
  readonly labels: Readonly<Record<string, LabelValues>>;
  readonly buckets: readonly number[];
}
/** What is so now: read when somebody asks, see `Metrics.onScrape`. */
export interface GaugeDeclaration {
  readonly kind: 'gauge';
  readonly name: string;
  readonly help: string;
  readonly labels: Readonly<Record<string, LabelValues>>;
}

const any = 'any';
const answering = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
const delivering = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300] as const;

/**
 * Every metric of ours. Names are those of Prometheus' conventions: base units, `_total` for counters. No label holds
 * an id, a text of a client's, or anything else without bounds: an operation is the name of a trusted document, or
 * `other`.
 */
export const metricCatalogue = {
  httpRequests: {
    kind: 'counter',
    name: 'drburger_http_requests_total',
    help: 'GraphQL requests over HTTP, by what they ran and the status of the answer; status 499: the client had gone before its answer.',
    labels: { channel: any, operation: any, status: any },
  },
  httpRequestDuration: {
    kind: 'histogram',
    name: 'drburger_http_request_duration_seconds',
    help: 'From the head of a GraphQL request to the end of the answer.',
    labels: { channel: any, operation: any },
    buckets: answering,
  },
  operationCost: {
    kind: 'histogram',
    name: 'drburger_operation_cost',
    help: 'What GraphQL requests over HTTP cost by `@cost` and `@listSize`, estimated before they ran; those over the limit are among the errors COST_LIMIT_EXCEEDED.',
    labels: { channel: any, operation: any },
    buckets: [1, 10, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000],
  },
  httpRunning: {
    kind: 'gauge',
    name: 'drburger_requests_running',
    help: 'Queries and mutations that run now, over every transport.',
    labels: { channel: any },
  },
  httpWaiting: {
    kind: 'gauge',
    name: 'drburger_requests_waiting',
    help: 'Queries and mutations that wait for their turn, since as many as may are running.',
    labels: { channel: any },
  },
  httpShed: {
    kind: 'counter',
    name: 'drburger_requests_shed_total',
    help: 'Queries and mutations that were refused with 503 before they ran: full (too many waited already), late (they waited too long).',
    labels: { channel: any, urgency: ['first', 'usual'], reason: ['full', 'late'] },
  },
  graphqlErrors: {
    kind: 'counter',
    name: 'drburger_graphql_errors_total',
    help: 'Errors in answers over HTTP, by their code.',
    labels: { channel: any, code: any },
  },
  keptAnswers: {
    kind: 'counter',
    name: 'drburger_kept_answers_total',
    help: 'Requests for operations whose answers are kept: hit (it was there), joined (it was being made), miss.',
    labels: { channel: any, operation: any, outcome: ['hit', 'joined', 'miss'] },
  },
  keptPurges: {
    kind: 'counter',
    name: 'drburger_kept_answers_purged_total',
    help: 'Kept answers that were let go because of an event.',
    labels: { channel: any },
  },
  keptAge: {
    kind: 'histogram',
    name: 'drburger_kept_answer_age_seconds',
    help: 'How old a kept answer was when it was given.',
    labels: { channel: any },
    buckets: [0.1, 0.5, 1, 2.5, 5, 10, 15, 30, 60, 300],
  },
  keptBytes: {
    kind: 'gauge',
    name: 'drburger_kept_answers_bytes',
    help: 'Memory that kept answers take, at most 32 MiB for each channel.',
    labels: { channel: any },
  },
  actingTokens: {
    kind: 'counter',
    name: 'drburger_acting_tokens_total',
    help: 'Tokens that let a person of support act for a customer, by the channel that they are for. Whoever asks for very many looks around.',
    labels: { channel: any },
  },
  subgraphFetches: {
    kind: 'counter',
    name: 'drburger_subgraph_fetches_total',
    help: 'Fetches from subgraphs: ok; error (the answer holds some); invalid (it lacks what was asked, or has something of another type); late (the deadline came first); unavailable (no answer); open (not sent: the circuit is open); abandoned (the client has gone).',
    labels: {
      channel: any,
      subgraph: any,
      outcome: ['ok', 'error', 'invalid', 'late', 'unavailable', 'open', 'abandoned'],
    },
  },
  subgraphCircuit: {
    kind: 'gauge',
    name: 'drburger_subgraph_circuit',
    help: 'The circuit of a subgraph in each channel that asks it, 1 for its present state: closed (it is asked), open (it is not, since it gave no answers), trying (one request shows whether it answers again).',
    labels: { channel: any, subgraph: any, state: ['closed', 'trying', 'open'] },
  },
  subgraphFetchDuration: {
    kind: 'histogram',
    name: 'drburger_subgraph_fetch_duration_seconds',
    help: 'How long a fetch waited for its subgraph, or for the fetch it shares.',
    labels: { channel: any, subgraph: any },
    buckets: answering,
  },

  eventsAppended: {
    kind: 'counter',
    name: 'drburger_events_appended_total',
    help: 'Events appended to the log of a domain and committed.',
    labels: { domain: any, type: any },
  },
  eventsPublished: {
    kind: 'counter',
    name: 'drburger_events_published_total',
    help: 'Events that the relay gave to the bus, those given twice included.',
    labels: { domain: any },
  },
  relayFailures: {
    kind: 'counter',
    name: 'drburger_relay_failures_total',
    help: 'Times that the relay of a domain failed; its events wait in the outbox meanwhile.',
    labels: { domain: any },
  },
  relayDelay: {
    kind: 'histogram',
    name: 'drburger_relay_delay_seconds',
    help: 'From the append of an event to the acknowledgement of the bus.',
    labels: { domain: any },
    buckets: delivering,
  },
  relayLeading: {
    kind: 'gauge',
    name: 'drburger_relay_leading',
    help: 'Whether this process relays for the domain: 1 in one process of a domain, 0 in its standbys.',
    labels: { domain: any },
  },
  clockAhead: {
    kind: 'gauge',
    name: 'drburger_clock_ahead_seconds',
    help: "How far the clock of the process is ahead of that of the domain's database; negative when it is behind.",
    labels: { domain: any },
  },
  relayLag: {
    kind: 'gauge',
    name: 'drburger_relay_lag_seconds',
    help: 'Age of the oldest event in the outbox; 0 when that is empty.',
    labels: { domain: any },
  },
  outboxDepth: {
    kind: 'gauge',
    name: 'drburger_outbox_events',
    help: 'Events in the outbox, counted up to 100000.',
    labels: { domain: any },
  },
  parked: {
    kind: 'gauge',
    name: 'drburger_parked_messages',
    help: 'Messages that a consumer set aside: failed, or waiting behind a failed one of the same aggregate.',
    labels: { domain: any, consumer: any, state: ['failed', 'waiting'] },
  },
  ratesCountedAlone: {
    kind: 'counter',
    name: 'drburger_rates_counted_alone_total',
    help: 'Requests counted against rates in the memory of this process because the store that replicas share is away.',
    labels: {},
  },
  webhooksReceived: {
    kind: 'counter',
    name: 'drburger_webhooks_received_total',
    help: 'Webhooks that were signed by their source and are in the inbox: new, or repeated (that id was there before).',
    labels: { source: any, outcome: ['new', 'repeated'] },
  },
  webhooksRefused: {
    kind: 'counter',
    name: 'drburger_webhooks_refused_total',
    help: 'Webhooks that were refused: signature (forged, or not signed now), size, time (sent too slowly), rate, form (not UTF-8), conflict (a known id with another body).',
    labels: { source: any, reason: ['signature', 'size', 'time', 'rate', 'form', 'conflict'] },
  },
  webhooksWorked: {
    kind: 'counter',
    name: 'drburger_webhooks_worked_total',
    help: 'Tries to hand a webhook to the subgraph that owns its object: done; early (it waits); retried (the owner does not answer); parked.',
    labels: { source: any, outcome: ['done', 'early', 'retried', 'parked'] },
  },
  webhooksKept: {
    kind: 'gauge',
    name: 'drburger_webhooks_kept',
    help: 'Webhooks in the inbox that wait or are parked.',
    labels: { source: any, state: ['waiting', 'parked'] },
  },
  webhooksSent: {
    kind: 'counter',
    name: 'drburger_webhooks_sent_total',
    help: 'Tries to send a webhook to a partner: delivered; retried (it waits for its next try); dead (given up).',
    labels: { outcome: ['delivered', 'retried', 'dead'] },
  },
  webhooksOut: {
    kind: 'gauge',
    name: 'drburger_webhooks_out',
    help: 'Webhooks to partners that wait or were given up (dead), and endpoints to which nothing gets through (failing) or to which nothing is sent (disabled).',
    labels: { state: ['waiting', 'dead', 'failing', 'disabled'] },
  },
  outwardCalls: {
    kind: 'counter',
    name: 'drburger_outward_calls_total',
    help: 'Calls to systems outside: answered (a refusal, too); failed (no answer); late (none in time); open (not sent: the circuit is open); full (not sent: too many are under way).',
    labels: { counterpart: any, outcome: ['answered', 'failed', 'late', 'open', 'full'] },
  },
  outwardRetries: {
    kind: 'counter',
    name: 'drburger_outward_retries_total',
    help: 'Further tries of calls to systems outside that had no answer.',
    labels: { counterpart: any },
  },
  outwardDuration: {
    kind: 'histogram',
    name: 'drburger_outward_call_duration_seconds',
    help: 'How long a call to a system outside took, its tries and its wait for room included.',
    labels: { counterpart: any },
    buckets: answering,
  },
  outwardCircuit: {
    kind: 'gauge',
    name: 'drburger_outward_circuit',
    help: 'The circuit of a system outside, 1 for its present state: closed (it is called), open (it is not, since it gave no answers), trying (one call shows whether it answers again).',
    labels: { counterpart: any, state: ['closed', 'trying', 'open'] },
  },
  outwardInside: {
    kind: 'gauge',
    name: 'drburger_outward_calls',
    help: 'Calls to a system outside that are under way (running), or wait for room (waiting).',
    labels: { counterpart: any, state: ['running', 'waiting'] },
  },
  jobsNotCalledOff: {
    kind: 'gauge',
    name: 'drburger_delivery_jobs_not_called_off',
    help: 'Jobs of the last day that delivery partners bring (under_way) or have brought (ended) although they were to be called off: they had the food already.',
    labels: { state: ['under_way', 'ended'] },
  },
  purchaseOrders: {
    kind: 'gauge',
    name: 'drburger_purchase_orders',
    help: 'Open orders to the supplier: asking (no answer yet), placed, notified (goods are on their way).',
    labels: { state: ['ASKING', 'PLACED', 'NOTIFIED'] },
  },
  stockNotOrdered: {
    kind: 'gauge',
    name: 'drburger_stock_not_ordered',
    help: 'Stock below its reorder level of which there is no open order to the supplier.',
    labels: {},
  },
  loyaltyFindings: {
    kind: 'gauge',
    name: 'drburger_loyalty_partner_findings',
    help: 'Differences between the files of the loyalty partner and the ledger of points that nobody has resolved.',
    labels: { kind: ['MISSING', 'DOUBLED', 'WRONG_AMOUNT', 'UNKNOWN_ACCOUNT', 'UNKNOWN_ENTRY'] },
  },
  settlementFindings: {
    kind: 'gauge',
    name: 'drburger_settlement_findings',
    help: 'Differences between the settlement files of the payment providers and our payments that nobody has resolved.',
    labels: { kind: ['MISSING', 'DOUBLED', 'WRONG_AMOUNT', 'UNKNOWN_PAYMENT', 'UNKNOWN_MOVEMENT'] },
  },
  loyaltyPostings: {
    kind: 'gauge',
    name: 'drburger_loyalty_partner_postings',
    help: 'Entries of the ledger of points that the loyalty partner has not booked: open (sent until answered), or refused by it for good.',
    labels: { state: ['open', 'refused'] },
  },
  consumerMessages: {
    kind: 'counter',
    name: 'drburger_consumer_messages_total',
    help: 'Deliveries to a consumer: handled; ignored (not for it); duplicate; parked; retried (something around it failed, and it is delivered again).',
    labels: { domain: any, consumer: any, outcome: ['handled', 'ignored', 'duplicate', 'parked', 'retried'] },
  },
  projectionsInSteps: {
    kind: 'counter',
    name: 'drburger_projections_in_steps_total',
    help: 'Events that a read model could not take in one statement, and so took in a transaction of several: should stay at 0, since each costs three times as much.',
    labels: { domain: any, consumer: any },
  },
  consumerDuration: {
    kind: 'histogram',
    name: 'drburger_consumer_duration_seconds',
    help: 'How long a consumer took over a message that is for it, its tries included.',
    labels: { domain: any, consumer: any },
    buckets: answering,
  },
  consumerLag: {
    kind: 'gauge',
    name: 'drburger_consumer_lag_messages',
    help: 'Messages on the bus that a consumer group has not acknowledged.',
    labels: { group: any },
  },
  sagas: {
    kind: 'gauge',
    name: 'drburger_sagas',
    help: 'Sagas that have not ended well: under way, or broken off for good.',
    labels: { saga: any, state: ['running', 'failed'] },
  },

  streamConnections: {
    kind: 'gauge',
    name: 'drburger_stream_connections',
    help: 'Open WebSockets and event streams.',
    labels: { channel: any },
  },
  streamSubscriptions: {
    kind: 'gauge',
    name: 'drburger_stream_subscriptions',
    help: 'Open subscriptions, of all connections.',
    labels: { channel: any },
  },
  streamMessages: {
    kind: 'counter',
    name: 'drburger_stream_messages_total',
    help: 'Messages delivered to subscriptions: a snapshot at the start, an event, or a resync (a snapshot in the place of events).',
    labels: { channel: any, kind: ['snapshot', 'event', 'resync'] },
  },
  streamExecutions: {
    kind: 'counter',
    name: 'drburger_stream_executions_total',
    help: 'Executions of a document for messages of streams.',
    labels: { channel: any },
  },
  streamSharedDeliveries: {
    kind: 'counter',
    name: 'drburger_stream_shared_deliveries_total',
    help: 'Messages delivered that took their payload from an execution for somebody else.',
    labels: { channel: any },
  },
  streamDelay: {
    kind: 'histogram',
    name: 'drburger_stream_delay_seconds',
    help: 'From the time of an event to its message being written to the sockets.',
    labels: { channel: any },
    buckets: delivering,
  },
  streamLagged: {
    kind: 'counter',
    name: 'drburger_stream_lagged_total',
    help: 'Times that a subscription was told that it lagged, and got a snapshot.',
    labels: { channel: any },
  },
  streamQueuedEvents: {
    kind: 'gauge',
    name: 'drburger_stream_queued_events',
    help: 'Events that wait for subscriptions.',
    labels: { channel: any },
  },
  streamQueuedBytes: {
    kind: 'gauge',
    name: 'drburger_stream_queued_bytes',
    help: 'The same in bytes, as JSON.',
    labels: { channel: any },
  },
  socketUnread: {
    kind: 'gauge',
    name: 'drburger_socket_unread_bytes',
    help: 'What was written to sockets and waits in this process for clients to read.',
    labels: { channel: any },
  },
  socketEvictions: {
    kind: 'counter',
    name: 'drburger_socket_evictions_total',
    help: 'Connections cut off: unread (too much waits for one client), memory (for all together), stalled (it takes nothing), silent (no pong).',
    labels: { channel: any, reason: ['unread', 'memory', 'stalled', 'silent'] },
  },
  socketRefusals: {
    kind: 'counter',
    name: 'drburger_socket_refusals_total',
    help: 'Connections not taken: unauthenticated, forbidden; unchecked (the issuer’s keys are out of reach); limit (of one caller), full (of the process), overload (the queue of upgrades), closing, malformed.',
    labels: {
      channel: any,
      reason: ['unauthenticated', 'forbidden', 'unchecked', 'limit', 'full', 'overload', 'closing', 'malformed'],
    },
  },
  upgradesQueued: {
    kind: 'gauge',
    name: 'drburger_upgrades_queued',
    help: 'WebSocket upgrades that wait for their turn.',
    labels: { channel: any },
  },

  sourceUp: {
    kind: 'gauge',
    name: 'drburger_metrics_source_up',
    help: 'Whether what is read at each scrape could be read: 0 when the source failed or took over 2 s, and its gauges are missing.',
    labels: { source: any },
  },
} as const satisfies Readonly<Record<string, CounterDeclaration | HistogramDeclaration | GaugeDeclaration>>;

type Catalogue = typeof metricCatalogue;

/** Keys of the metrics of a kind. */
export type MetricOf<Kind extends 'counter' | 'histogram' | 'gauge'> = {
  [Key in keyof Catalogue]: Catalogue[Key]['kind'] extends Kind ? Key : never;
}[keyof Catalogue];

/** Every label of a metric, with what it may say. */
export type LabelsOf<Key extends keyof Catalogue> = {
  readonly [Label in keyof Catalogue[Key]['labels']]: Catalogue[Key]['labels'][Label] extends readonly string[]
    ? Catalogue[Key]['labels'][Label][number]
    : string;
};

/** The labels of a metric that the catalogue does not list the values of. */
export type OpenLabelsOf<Key extends keyof Catalogue> = {
  readonly [
    Label in keyof Catalogue[Key]['labels'] as Catalogue[Key]['labels'][Label] extends readonly string[] ? never : Label
  ]: string;
};
