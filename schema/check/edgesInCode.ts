import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kind, parse, visit } from 'graphql';
import { counterparts } from '../counterparts.ts';
import { channelsParty, nobodyYet, type Edge } from '../edges.ts';
import { webhooksService } from '../services.ts';

/** An edge that was found in the code, and the file in which it is. */
export interface FoundEdge extends Pick<Edge, 'from' | 'to' | 'pattern' | 'contract'> {
  readonly file: string;
}

export interface CodeOfDomains {
  /** Path of the repository's root. */
  readonly root: string;
  readonly subgraphs: readonly string[];
  /** Name of each event → the domain that publishes it. */
  readonly events: ReadonlyMap<string, string>;
}

/**
 * The outside system that a subgraph calls by a client of its own. Every other subgraph calls outside through the
 * policies of `schema/counterparts.ts`; a client of its own counts as an edge to an unknown system.
 */
const outsideSystems: Readonly<Record<string, string>> = { partners: 'partners’ receivers' };

const unknownSystem = 'an unknown system';

/**
 * Finds the edges in the sources and not in running definitions, so that an edge counts from the moment it is
 * written, and on a machine without a database. It finds gRPC calls (those within `sagas/` are the steps of a
 * saga), consumers, read models, `@eventStream`s, events that channels consume, and clients of HTTP and SMTP. A
 * channel's pages are left out: they run in a browser, and ask their own channel.
 */
export function edgesInCode({ root, subgraphs, events }: CodeOfDomains): FoundEdge[] {
  const found = [
    ...subgraphs.flatMap((name) => inDomain(root, name, events)),
    ...sourcesOf(root, 'gateway/src').flatMap((source) => [
      ...inChannels(source, events),
      // Its other clients of HTTP ask our own subgraphs.
      ...outsideIn(source, channelsParty).filter(({ to }) => to !== unknownSystem),
    ]),
    ...sourcesOf(root, 'bffs').flatMap((source) => [
      ...inChannels(source, events),
      ...outsideIn(source, channelsParty),
    ]),
    ...sourcesOf(root, 'webhooks/src').flatMap((source) => grpcIn(source, webhooksService)),
  ];
  const heard = new Set(found.filter(({ contract }) => contract.startsWith('event ')).map(({ contract }) => contract));
  for (const [name, domain] of events) {
    if (!heard.has(`event ${name}`))
      found.push({
        from: domain,
        to: nobodyYet,
        pattern: 'Event-Driven',
        contract: `event ${name}`,
        file: `schema/events/${domain}.ts`,
      });
  }
  return found;
}

interface Source {
  readonly file: string;
  readonly text: string;
}

function sourcesOf(root: string, folder: string): Source[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(
      (path) =>
        path.endsWith('.ts') && !path.endsWith('.test.ts') && !/(^|\/)(testing|testkit|fixtures|pages)\//.test(path),
    )
    .map((path) => ({
      file: join(folder, path),
      text: withoutComments(readFileSync(join(root, folder, path), 'utf8')),
    }));
}

/** Code that is commented out carries nothing out. */
const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');

function inDomain(root: string, domain: string, events: ReadonlyMap<string, string>): FoundEdge[] {
  const sdl = join(root, 'subgraphs', domain, 'schema.graphql');
  return [
    ...sourcesOf(root, `subgraphs/${domain}/src`).flatMap((source) => [
      ...grpcIn(source, domain),
      ...eventsIn(source, domain, events),
      ...outsideIn(source, domain),
    ]),
    ...streamedBy(readFileSync(sdl, 'utf8')).map((name) => ({
      from: events.get(name) ?? domain,
      to: channelsParty,
      pattern: 'Event-Driven' as const,
      contract: `event ${name}`,
      file: `subgraphs/${domain}/schema.graphql`,
    })),
  ];
}

/**
 * A file that imports the description of a service from another domain's proto package calls that domain: there is
 * nothing else that it could do with the description. A domain imports its own services to serve them.
 */
function grpcIn({ file, text }: Source, from: string): FoundEdge[] {
  const pattern = file.includes('/sagas/') ? 'Saga' : 'API-First';
  return [...text.matchAll(/import (?!type)\{([^}]*)\} from '#generated\/proto\/drburger\/(\w+)\//g)].flatMap(
    ([, names, owner]) =>
      importedNames(names!)
        .filter((name) => name.endsWith('Service') && owner !== from)
        .map((service) => ({
          from,
          to: owner === 'platform' ? 'every domain' : owner!,
          pattern,
          contract: `gRPC ${service}`,
          file,
        })),
  );
}

/** The names of the values in the braces of an import, by which they are exported; types are left out. */
const importedNames = (braces: string): string[] =>
  braces
    .split(',')
    .map((each) => each.trim())
    .filter((each) => !each.startsWith('type '))
    .map((each) => each.replace(/ as \w+$/, ''));

/** A file consumes the events that it imports, if it also calls a function that makes a consumer or a read model. */
function eventsIn({ file, text }: Source, domain: string, events: ReadonlyMap<string, string>): FoundEdge[] {
  const pattern = /\b(?:onEvents?|onEventsAtOnce|forwardEvent)\(/.test(text)
    ? ('Event-Driven' as const)
    : /\bdefineReadModel\b[^;]*\(/.test(text)
      ? ('CQRS' as const)
      : undefined;
  if (!pattern) return [];
  return importedEvents(text, events).map((name) => ({
    from: events.get(name)!,
    to: domain,
    pattern,
    contract: `event ${name}`,
    file,
  }));
}

const importedEvents = (text: string, events: ReadonlyMap<string, string>): string[] =>
  [...text.matchAll(/import (?!type)\{([^}]*)\} from '#schema\/events\/\w+\.ts'/g)]
    .flatMap(([, names]) => importedNames(names!))
    .filter((name) => events.has(name));

/**
 * A subgraph reaches an outside system by the policy of a counterpart, which it takes from the table by name. A client
 * of HTTP or SMTP without one is found as well.
 */
function outsideIn({ file, text }: Source, from: string): FoundEdge[] {
  const edge = (contract: string, to: string): FoundEdge => ({ from, to, pattern: 'API-First', contract, file });
  const named = [...text.matchAll(/(?<!\/)\bcounterparts\.(\w+)/g)].map(([, key]) => key as keyof typeof counterparts);
  if (named.length > 0) return named.map((key) => edge(counterparts[key].protocol, counterparts[key].name));
  // An adapter is handed the policy by which it calls.
  if (text.includes("from '#platform/outward/")) return [];
  const own = outsideSystems[from] ?? unknownSystem;
  return [
    ...(/from '(?:undici|node:https?|node:http2)'|(?<!#)\bfetch\(/.test(text) ? [edge('HTTP', own)] : []),
    ...(/from 'nodemailer/.test(text) ? [edge('SMTP', own)] : []),
  ];
}

function inChannels(source: Source, events: ReadonlyMap<string, string>): FoundEdge[] {
  const { file, text } = source;
  return [
    ...grpcIn(source, channelsParty),
    ...importedEvents(text, events).map((name) => ({
      from: events.get(name)!,
      to: channelsParty,
      pattern: 'Event-Driven' as const,
      contract: `event ${name}`,
      file,
    })),
  ];
}

function streamedBy(sdl: string): string[] {
  const names: string[] = [];
  visit(parse(sdl), {
    Directive({ name, arguments: args }) {
      if (name.value !== 'eventStream') return;
      const value = args?.find((argument) => argument.name.value === 'events')?.value;
      if (value?.kind === Kind.LIST)
        for (const each of value.values) if (each.kind === Kind.STRING) names.push(each.value);
    },
  });
  return names;
}
