import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kind, parse, visit } from 'graphql';
import { channelsParty, nobodyYet, type Edge } from '../edges.ts';

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
 * The outside system that each subgraph calls by HTTP. HTTP calls of a subgraph that is not named here count as an
 * edge to an unknown system.
 */
const outsideSystems: Readonly<Record<string, string>> = { payments: 'payment provider' };

/**
 * Finds the edges in the sources and not in running definitions, so that an edge counts from the moment it is
 * written, and on a machine without a database. It finds gRPC clients (those within `sagas/` are the steps of a
 * saga), consumers, read models, `@eventStream`s, events that channels consume, and HTTP clients.
 */
export function edgesInCode({ root, subgraphs, events }: CodeOfDomains): FoundEdge[] {
  const found = [
    ...subgraphs.flatMap((name) => inDomain(root, name, events)),
    ...sourcesOf(root, 'gateway/src').flatMap((source) => inGateway(source, events)),
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
      (path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !/(^|\/)(testing|testkit|fixtures)\//.test(path),
    )
    .map((path) => ({ file: join(folder, path), text: readFileSync(join(root, folder, path), 'utf8') }));
}

function inDomain(root: string, domain: string, events: ReadonlyMap<string, string>): FoundEdge[] {
  const sdl = join(root, 'subgraphs', domain, 'schema.graphql');
  return [
    ...sourcesOf(root, `subgraphs/${domain}/src`).flatMap((source) => [
      ...grpcIn(source, domain),
      ...eventsIn(source, domain, events),
      ...httpIn(source, domain),
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
 * A gRPC client is made from the description of a service, which is imported from the proto package of the domain
 * that serves it.
 */
function grpcIn({ file, text }: Source, domain: string): FoundEdge[] {
  const pattern = file.includes('/sagas/') ? 'Saga' : 'API-First';
  return [...text.matchAll(/\brpc\s*\.client\(\s*(\w+)\s*\)/g)].map(([, service]) => ({
    from: domain,
    to: ownerOf(service!, text) ?? 'an unknown domain',
    pattern,
    contract: `gRPC ${service}`,
    file,
  }));
}

const ownerOf = (service: string, text: string): string | undefined =>
  new RegExp(`import[^;]*\\b${service}\\b[^;]*from '#generated/proto/drburger/(\\w+)/`).exec(text)?.[1];

/** A file consumes the events that it imports, if it also calls a function that makes a consumer or a read model. */
function eventsIn({ file, text }: Source, domain: string, events: ReadonlyMap<string, string>): FoundEdge[] {
  const pattern = /\bonEvent\(/.test(text)
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
    .flatMap(([, names]) => names!.split(',').map((name) => name.trim()))
    .filter((name) => events.has(name));

/** A subgraph reaches an outside system by an HTTP client. */
function httpIn({ file, text }: Source, domain: string): FoundEdge[] {
  if (!/from '(?:undici|node:https?)'|\bfetch\(/.test(text)) return [];
  return [
    { from: domain, to: outsideSystems[domain] ?? 'an unknown system', pattern: 'API-First', contract: 'HTTP', file },
  ];
}

function inGateway({ file, text }: Source, events: ReadonlyMap<string, string>): FoundEdge[] {
  const services = [...text.matchAll(/createClient\(\s*(\w+)\s*,/g)].map(([, service]) => {
    const owner = ownerOf(service!, text);
    return {
      from: channelsParty,
      to: owner === 'platform' ? 'every domain' : (owner ?? 'an unknown domain'),
      pattern: 'API-First' as const,
      contract: `gRPC ${service}`,
      file,
    };
  });
  return [
    ...services,
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
