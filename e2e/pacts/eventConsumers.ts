import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { MatchersV3, PactV4 } from '@pact-foundation/pact';
import { parse } from 'graphql';
import { isLastEvent, overlay } from '#gateway/streams/streamAnswer.ts';
import { streamDeclarations } from '#gateway/graph/streamDeclaration.ts';
import type { Consumer } from '#platform/events/consumer.ts';
import type { EventEnvelope } from '#platform/events/defineEvent.ts';
import type { SubgraphDefinition } from '#platform/subgraph/defineSubgraph.ts';
import { channelsParty, edges, nobodyYet } from '#schema/edges.ts';
import { eventCatalogue } from '#schema/eventCatalogue.ts';
import { exampleEvent } from '#schema/seed/exampleEvent.ts';
import { partsAt, recordReads } from './recordReads.ts';

type Over = Readonly<Record<string, unknown>>;

/** Somebody who hears an event of another domain, and one such event that concerns them. */
export interface Hearing {
  readonly consumer: string;
  readonly provider: string;
  /** The name of the event. */
  readonly event: string;
  readonly example: EventEnvelope;
  concerns(event: EventEnvelope): boolean;
  /** Has the consumer take the event in; what it does to its data is undone. */
  hear(event: EventEnvelope): Promise<void>;
}

/** What the events are about that concern a consumer, where it does not hear all of a name. */
const concerning: Readonly<Record<string, Over>> = {
  'loyalty OrderStatusChanged': { to: 'COMPLETED' },
  'loyalty PaymentProcessed': { outcome: 'REFUNDED' },
  'loyalty MembershipBenefitsChanged': { benefits: [{ kind: 'POINTS_MULTIPLIER', percent: 200 }] },
  'delivery OrderStatusChanged': { to: 'READY', service: 'DELIVERY' },
  'delivery MembershipBenefitsChanged': { benefits: [{ kind: 'FREE_DELIVERY' }] },
  'notifications OrderStatusChanged': { to: 'READY' },
  'notifications DeliveryStatusChanged': { to: 'DELIVERED' },
  'notifications PaymentProcessed': { outcome: 'REFUNDED' },
  'notifications MarketplaceOrderChanged': { to: 'ACCEPTED', reason: null },
};

/** Takes an event in as the domain does that runs, in a transaction that is undone afterwards. */
export type HearAs = (domain: string, consumer: Consumer, event: EventEnvelope) => Promise<void>;

/** Everybody who hears an event of another domain, by the edges of the system: none is left out. */
export async function hearings(hearAs: HearAs): Promise<readonly Hearing[]> {
  const events = await eventCatalogue();
  const heard = edges.filter(
    ({ contract, from, to }) => contract.startsWith('event ') && from !== to && to !== nobodyYet,
  );
  return Promise.all(
    heard.map(async ({ from, to, contract }) => {
      const event = contract.slice('event '.length);
      const definition = events.get(event)!;
      const example = exampleEvent(definition, concerning[`${to} ${event}`]);
      const base = { consumer: to, provider: from, event, example };
      if (to === channelsParty) return { ...base, concerns: () => true, hear: async (each) => hearAsChannel(each) };
      const consumer = await consumerOf(to, event);
      return {
        ...base,
        concerns: (each) => consumer.concerns?.(each) ?? true,
        async hear(each) {
          if (consumer.concerns?.(each) === false) throw new Error(`${consumer.name} is not concerned by ${event}`);
          await hearAs(to, consumer, each);
        },
      };
    }),
  );
}

async function consumerOf(domain: string, event: string): Promise<Consumer> {
  const { default: main } = (await import(`../../subgraphs/${domain}/src/main.ts`)) as { default: SubgraphDefinition };
  const consumer = main.consumers?.find((each) => each.events.some(({ name }) => name === event));
  if (!consumer) throw new Error(`${domain} has an edge for ${event}, and no consumer`);
  return consumer;
}

const streams = [
  ...streamDeclarations(
    parse(readFileSync(new URL('../../schema/supergraph.graphql', import.meta.url), 'utf8')),
  ).values(),
];

/** What channels do with an event: the streams that carry parts of it, and the revocations that are in it. */
function hearAsChannel(event: EventEnvelope): void {
  const { eventType, metadata, data } = event as EventEnvelope<Readonly<Record<string, unknown>>>;
  if (eventType === 'CustomerAccessRevoked') return void [data['subject'], data['before']];
  if (eventType === 'StoreDeviceRevoked') return void [data['deviceId'], data['at']];
  for (const declaration of streams.filter(({ events }) => events.includes(eventType))) {
    const answer = Object.fromEntries(declaration.carries.map(({ field }) => [field, '']));
    const document = {
      declaration,
      responseKey: 'it',
      versionKeys: [],
      carries: declaration.carries.map(({ field, property }) => ({ key: field, property })),
    } as never;
    overlay({ data: { it: answer } }, document, event, metadata.aggregateVersion);
    isLastEvent(document, event);
    const { feed = metadata.aggregateId, feedVersion = metadata.aggregateVersion } = metadata;
    if (!feed || !feedVersion) throw new Error(`${eventType} has no place in a stream`);
  }
}

/** The paths of an event that a consumer reads, whether or not it finds the event to concern it. */
export async function readsOf({ example, concerns, hear }: Hearing) {
  const reads = new Set<string>(['eventType', 'version']);
  const decide = new Set<string>();
  concerns(recordReads(example, (path) => void decide.add(path)));
  await hear(recordReads(example, (path) => void reads.add(path)));
  return { reads: new Set([...reads, ...decide]), decide };
}

const { boolean, eachLike, equal, integer, nullValue, regex, string, uuid } = MatchersV3;
const code = /^[A-Z]+(_[A-Z]+)*$/;

/**
 * The matchers for the parts of an event that are read. What decides whether the consumer is concerned has to be just
 * that; of all else only its type.
 */
function matching(value: unknown, exact: ReadonlySet<string>, path = ''): unknown {
  const below = (name: string) => (path === '' ? name : `${path}.${name}`);
  if (Array.isArray(value)) return eachLike(matching(value[0], exact, path) as never);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, matching(part, exact, below(name))]));
  if (value === null) return nullValue();
  if (typeof value === 'number') return integer(value);
  if (typeof value === 'boolean') return boolean(value);
  const text = String(value);
  if (path === 'eventType' || (exact.has(path) && code.test(text))) return equal(text);
  if (path === 'version') return regex(`${text.split('.')[0]!}\\.\\d+`, text);
  if (/^[0-9a-f]{8}-/.test(text)) return uuid(text);
  if (/^\d{4}-\d\d-\d\dT/.test(text)) return regex('\\d{4}-\\d\\d-\\d\\dT.+Z', text);
  return string(text);
}

/** Whether an event is of the kind that the pact is about: what decides is as in the example. */
export function isLike({ example, concerns }: Hearing, event: EventEnvelope): boolean {
  const decide = new Set<string>();
  if (!concerns(recordReads(example, (path) => void decide.add(path))) || !concerns(event)) return false;
  return isDeepStrictEqual(codesAt(example, decide), codesAt(event, decide));
}

const codesAt = (event: EventEnvelope, decide: ReadonlySet<string>): unknown =>
  JSON.parse(JSON.stringify(partsAt(event, decide)), (_, part: unknown) =>
    typeof part === 'string' && !code.test(part) ? '' : part,
  );

export const descriptionOf = ({ event, consumer }: Hearing): string => `${event}, as it concerns ${consumer}`;
export const fileOf = ({ consumer, provider }: Pick<Hearing, 'consumer' | 'provider'>): string =>
  `${consumer}-${provider}.json`;

/** Writes the pact of a consumer with a domain into `dir`, and has the consumer take in what the pact promises. */
export async function writeMessagePact(own: readonly Hearing[], dir: string): Promise<void> {
  const [{ consumer, provider }] = own as readonly [Hearing];
  const pact = new PactV4({ consumer, provider, dir, logLevel: 'error' });
  for (const hearing of own) {
    const { reads, decide } = await readsOf(hearing);
    await pact
      .addAsynchronousInteraction()
      .expectsToReceive(descriptionOf(hearing), (message) => {
        message.withJSONContent(matching(partsAt(hearing.example, reads), decide));
      })
      .executeTest(async ({ contents: { content } }) => hearing.hear(content as unknown as EventEnvelope));
  }
}
