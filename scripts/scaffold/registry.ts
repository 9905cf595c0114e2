import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartupError } from '#platform/config/startupError.ts';
import { channels } from '#schema/channels.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import { root } from '../generate/task.ts';
import { grpcOffset, providerOffset, reservedOffsets } from '../system/ports.ts';

/** The offsets to PORT_BASE that are in use. */
const taken = (): Set<number> =>
  new Set([
    ...reservedOffsets.keys(),
    ...channels.map(({ port }) => port),
    ...subgraphs.flatMap(({ port }) => [port, port + grpcOffset]),
  ]);

/** The next free offset for a subgraph: it is free itself, and so is the one 20 above, for gRPC. */
export function freeSubgraphPort(): number {
  const used = taken();
  for (let port = providerOffset + 1; ; port++) if (!used.has(port) && !used.has(port + grpcOffset)) return port;
}

/** The offsets for channels: below the payment provider's and, since those are few, above all internal ones. */
const channelOffsets = [1, 51].flatMap((first) => Array.from({ length: 9 }, (_, index) => first + index));

/** The next free offset for a channel. */
export function freeChannelPort(): number {
  const used = taken();
  const free = channelOffsets.find((port) => !used.has(port));
  if (free === undefined)
    throw new StartupError('all ports for channels, base + 1 to base + 9 and base + 51 to base + 59, are in use.');
  return free;
}

interface NameRule {
  readonly pattern: RegExp;
  /** Says what a name may be, to the person who gave another one. */
  readonly take: string;
}

/** A subgraph's name is also that of a database and a role, and the beginning of names in GraphQL and Protobuf. */
export const subgraphName: NameRule = {
  pattern: /^[a-z][a-z0-9]{1,29}$/,
  take: 'lower case letters and digits, such as giftcards (a hyphen cannot be in names of GraphQL and Protobuf)',
};
/** A channel's name is that of a folder, a service and a tag. */
export const channelName: NameRule = {
  pattern: /^(?=.{2,30}$)[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/,
  take: 'lower case letters and digits, with hyphens between words, such as drive-in',
};

/** @throws StartupError if the name does not fit the rule, or is taken */
export function checkName(
  name: string,
  { pattern, take }: NameRule,
  known: readonly { readonly name: string }[],
): void {
  if (!pattern.test(name)) throw new StartupError(`"${name}" cannot be a name: take ${take}.`);
  if (known.some((each) => each.name === name)) throw new StartupError(`there is a ${name} already.`);
}

export type Registry = 'subgraphs' | 'channels' | 'edges' | 'permissions' | 'retention';

/** Adds one line at the end of the list or table that a registry, a file of `schema/`, ends with. */
export function addLine(registry: Registry, line: string): void {
  const file = `schema/${registry}.ts`;
  const path = join(root, file);
  const text = readFileSync(path, 'utf8');
  const end = Math.max(...['\n];', '\n};', '\n} as const'].map((closing) => text.lastIndexOf(closing)));
  if (end < 0) throw new StartupError(`${file} does not end with "];" or "}": add the line yourself: ${line}`);
  writeFileSync(path, `${text.slice(0, end)}\n  ${line}${text.slice(end)}`);
}
