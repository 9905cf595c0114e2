import { StartupError } from '#platform/config/startupError.ts';
import { listParked, showParked, type ParkedFilter } from '#platform/events/parked.ts';
import type { ReplayResult } from '#platform/events/replayParked.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import { webhooksService } from '#schema/services.ts';
import { listParkedWebhooks, replayWebhooks, showWebhook, type WebhookFilter } from '#webhooks/inbox/parkedWebhooks.ts';
import type { Command } from './commandLine.ts';
import { numberOf, performOperation, withPool, type OperationParts } from './performOperation.ts';
import { subgraphSettings } from './serviceSettings.ts';
import { checkDomain } from './withDomainPool.ts';

export const command: Command = {
  name: 'events',
  does: 'what consumers have set aside, and projections, of a running system; through its databases.',
  forms: {
    'events parked list [<domain>]':
      'what is parked: messages that failed, and those that wait behind one of their aggregate',
    'events parked show <domain> <id>': 'one of them, with the message as it was heard and why it is parked',
    'events parked replay <domain>':
      'handles them again, each aggregate in order; one that drains goes on with live events',
    'events rebuild [<domain>] <model>':
      'fills the read model anew from the domain’s events, and swaps it in, while it serves',
  },
  flags: {
    '--consumer <name>': 'of list and replay: only what this one has set aside',
    '--aggregate <key>': 'of list and replay: only what is about this one',
    '--id <id>': 'of replay: only this message',
    '--wait <seconds>': 'how long to wait for a replay or rebuild (600)',
    '--database-url <url>':
      'of the domain’s database, for a subgraph served alone (or DATABASE_URL, or DATABASE_HOST and the like)',
  },
  settings: subgraphSettings,
  more: 'For the domain webhooks, a consumer is a source, an aggregate an object, and --id replays one that was done, too. Replay and rebuild are done by the running subgraph; if none runs, when it starts.',
  examples: [
    'events parked list',
    'events parked replay loyalty --consumer loyalty.orderCompleted',
    'events parked replay webhooks --id 17',
    'events rebuild orders orderBoard',
  ],
};

export interface EventsCommandParts extends OperationParts {
  readonly words: readonly string[];
}

/**
 * One call of the command line.
 * @returns whether all went well: false when a replay left something parked, or the work failed or was not done in
 *   time.
 * @throws StartupError when the call is not understood or the database cannot be reached.
 */
export async function eventsCommand(parts: EventsCommandParts): Promise<boolean> {
  const [first, second, ...rest] = parts.words;
  if (first === 'parked' && second === 'list') return list(parts, rest[0]);
  if (first === 'parked' && second === 'show') return show(parts, rest[0], rest[1]);
  if (first === 'parked' && second === 'replay') return replay(parts, rest[0]);
  if (first === 'rebuild' && second) return rebuild(parts, rest.length ? second : undefined, rest[0] ?? second);
  throw new StartupError(`${parts.words.join(' ') || 'nothing'} is not understood: see --help.`);
}

async function list(parts: EventsCommandParts, domain: string | undefined): Promise<boolean> {
  let count = 0;
  if (domain === undefined || domain === webhooksService)
    for (const each of await withPool(parts, webhooksService, (pool) =>
      listParkedWebhooks(pool, webhookFilterOf(parts.flags)),
    )) {
      count += 1;
      const { id, state, receivedAt, source, object, messageId, reason } = each;
      parts.print(
        `${webhooksService}  ${id}  ${state.padEnd(7)}  ${receivedAt.toISOString()}  ${source}  ${object}  ${messageId}  ${oneLine(reason ?? '')}`,
      );
    }
  for (const name of domain === webhooksService
    ? []
    : domain
      ? [checkDomain(domain)]
      : subgraphs.map((each) => each.name)) {
    for (const each of await withPool(parts, name, (pool) => listParked(pool, filterOf(parts.flags)))) {
      count += 1;
      parts.print(
        `${name}  ${each.id}  ${each.state.padEnd(7)}  ${each.parkedAt.toISOString()}  ${each.consumer}  ${each.aggregate}  ${each.eventType ?? '-'}  ${oneLine(each.reason)}`,
      );
    }
  }
  if (!count) parts.print('nothing is parked');
  return true;
}

async function show(parts: EventsCommandParts, domain: string | undefined, id: string | undefined): Promise<boolean> {
  const number = numberOf(id, 'the id of a parked message');
  if (domain === webhooksService) return showOne(parts, number);
  const found = await withPool(parts, checkDomain(domain), (pool) => showParked(pool, number));
  if (!found)
    throw new StartupError(`${domain} has nothing parked under ${id}: "events parked list ${domain}" lists all.`);
  const { message, ...about } = found;
  for (const [key, value] of Object.entries(about))
    parts.print(`${key.padEnd(10)} ${value instanceof Date ? value.toISOString() : String(value)}`);
  parts.print(JSON.stringify(message, null, 2));
  return true;
}

async function showOne(parts: EventsCommandParts, id: number): Promise<boolean> {
  const found = await withPool(parts, webhooksService, (pool) => showWebhook(pool, id));
  if (!found) throw new StartupError(`there is no webhook ${id}: "events parked list ${webhooksService}" lists all.`);
  for (const [key, value] of Object.entries(found))
    parts.print(`${key.padEnd(10)} ${value instanceof Date ? value.toISOString() : String(value)}`);
  return true;
}

async function replay(parts: EventsCommandParts, domain: string | undefined): Promise<boolean> {
  if (domain === webhooksService) {
    const count = await withPool(parts, webhooksService, (pool) => replayWebhooks(pool, webhookFilterOf(parts.flags)));
    parts.print(`${count} to be worked off again, by the door for webhooks`);
    return count > 0;
  }
  const name = checkDomain(domain);
  const result = (await performOperation(parts, name, { kind: 'replay', arguments: filterOf(parts.flags) })) as
    ReplayResult | undefined;
  if (!result) return false;
  parts.print(`${result.replayed} replayed`);
  for (const each of result.failed)
    parts.print(`still parked: ${each.id}  ${each.consumer}  ${each.aggregate}  ${oneLine(each.reason)}`);
  return result.failed.length === 0;
}

async function rebuild(parts: EventsCommandParts, domain: string | undefined, readModel: string): Promise<boolean> {
  const name = domain ? checkDomain(domain) : await ownerOf(parts, readModel);
  const result = (await performOperation(parts, name, { kind: 'rebuild', arguments: { readModel } })) as
    { events: number } | undefined;
  if (result) parts.print(`${readModel} of ${name} was rebuilt from ${result.events} events`);
  return result !== undefined;
}

async function ownerOf(parts: EventsCommandParts, readModel: string): Promise<string> {
  for (const { name } of subgraphs) {
    const found = await withPool(parts, name, (pool) =>
      pool.query('select 1 from platform.read_model where name = $1', [readModel]),
    );
    if (found.rowCount) return name;
  }
  throw new StartupError(`no domain has a read model ${readModel}.`);
}

/** A library's message may have many lines; a list has one for each message. `show` has it whole. */
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');

const filterOf = (flags: Readonly<Record<string, string>>): ParkedFilter => ({
  consumer: flags['CONSUMER'],
  aggregate: flags['AGGREGATE'],
  id: flags['ID'] === undefined ? undefined : numberOf(flags['ID'], 'the id of a parked message'),
});

function webhookFilterOf(flags: Readonly<Record<string, string>>): WebhookFilter {
  const { consumer: source, aggregate: object, id } = filterOf(flags);
  return { source, object, id };
}
