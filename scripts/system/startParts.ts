import { readFileSync } from 'node:fs';
import { Kind, buildSchema, isObjectType, parse, type FieldDefinitionNode, type GraphQLSchema } from 'graphql';
import { nearest } from '#platform/config/misspelling.ts';
import { StartupError } from '#platform/config/startupError.ts';
import type { ChannelManifest } from '#gateway/channelManifest.ts';
import { channels, type ChannelEntry } from '#schema/channels.ts';
import { channelsParty, edges, type Edge } from '#schema/edges.ts';
import { subgraphs, type SubgraphEntry } from '#schema/subgraphs.ts';

const root = new URL('../../', import.meta.url);

/** What the flags of `start` and `dev` ask for. */
export interface AskedParts {
  /** The channels to start, with what they need; all when left out. */
  readonly only?: readonly string[];
  /** The subgraphs that made-up data stand in for. */
  readonly mocked: readonly string[];
}

/** The parts of the system that a process runs. */
export interface StartParts {
  readonly channels: readonly ChannelEntry[];
  /** The subgraphs that run, each with its database, sagas and consumers. */
  readonly subgraphs: readonly SubgraphEntry[];
  readonly mocked: readonly SubgraphEntry[];
  /** Whether these are all parts. */
  readonly whole: boolean;
}

/** @throws StartupError for a name that is in no registry */
export function askedParts(flags: { readonly ONLY?: string; readonly MOCK?: string }): AskedParts {
  const only = flags.ONLY === undefined ? undefined : named('--only', 'channel', flags.ONLY, channels);
  return {
    ...(only && { only }),
    mocked: flags.MOCK === undefined ? [] : named('--mock', 'subgraph', flags.MOCK, subgraphs),
  };
}

function named(flag: string, kind: string, list: string, registry: readonly { readonly name: string }[]): string[] {
  const known = registry.map(({ name }) => name);
  const asked = list.split(',').map((name) => name.trim());
  const odd = asked.find((name) => !known.includes(name));
  if (odd !== undefined) {
    const meant = nearest(odd, known);
    const hint = meant ? `did you mean ${meant}?` : `there are ${known.join(', ')}.`;
    throw new StartupError(`${flag}: there is no ${kind} "${odd}": ${hint}`);
  }
  return [...new Set(asked)];
}

/** The parts that are asked for. It reads the contracts of the channels: run `generate` before. */
export async function partsOf({ only, mocked }: AskedParts): Promise<StartParts> {
  const started = only ? channels.filter(({ name }) => only.includes(name)) : channels;
  const needed = only ? await neededBy(started, mocked) : new Set(subgraphs.map(({ name }) => name));
  const unneeded = mocked.find((name) => !needed.has(name));
  if (unneeded !== undefined)
    throw new StartupError(
      `--mock: ${only!.join(' and ')} needs no ${unneeded}, only ${[...needed].join(', ')}: leave it out.`,
    );
  const entries = subgraphs.filter(({ name }) => needed.has(name));
  return {
    channels: started,
    subgraphs: entries.filter(({ name }) => !mocked.includes(name)),
    mocked: entries.filter(({ name }) => mocked.includes(name)),
    whole: entries.length === subgraphs.length && mocked.length === 0 && started.length === channels.length,
  };
}

/**
 * The subgraphs that these channels need: those that answer a field of their contracts, those that a channel of this
 * kind calls, and those that any of them calls while it answers or carries out a saga. Who merely hears of events can
 * wait for them, so no edge of an event makes its other end needed. A mock calls nobody.
 */
async function neededBy(of: readonly ChannelEntry[], mocked: readonly string[]): Promise<Set<string>> {
  const needed = new Set<string>();
  for (const { name } of of) {
    const { auth } = ((await import(`../../bffs/${name}/channel.ts`)) as { default: ChannelManifest }).default;
    for (const each of answering(buildSchema(textOf(`schema/channels/${name}.graphql`), { assumeValid: true })))
      needed.add(each);
    for (const edge of calls)
      if (edge.from === channelsParty && (!edge.ofChannelsWith || auth[edge.ofChannelsWith])) needed.add(edge.to);
  }
  // A set grows while it is walked, so this reaches those who are called by those who are called.
  for (const name of needed)
    if (!mocked.includes(name)) for (const { from, to } of calls) if (from === name) needed.add(to);
  return needed;
}

const isSubgraph = (name: string): boolean => subgraphs.some((each) => each.name === name);

/** The edges by which one side asks another and waits. */
const calls: readonly Edge[] = edges.filter(
  ({ to, pattern }) => (pattern === 'API-First' || pattern === 'Saga') && isSubgraph(to),
);

/** The calls by gRPC that fail while these subgraphs are mocked, one line for each pair of domains. */
export const brokenCalls = ({ subgraphs: running, mocked }: StartParts): string[] => [
  ...new Set(
    calls
      .filter(({ from, to }) => running.some(({ name }) => name === from) && mocked.some(({ name }) => name === to))
      .map(({ from, to }) => `${from} cannot call ${to}`),
  ),
];

interface Declared {
  readonly subgraph: string;
  readonly type: string;
  readonly field: FieldDefinitionNode;
  readonly isKey: boolean;
}

/** The subgraphs that answer a field of a contract, or one that such a field requires. */
function answering(contract: GraphQLSchema): Set<string> {
  const declared = subgraphs.flatMap(({ name }) => declaredBy(name));
  const shown = declared.filter(({ type, field, isKey }) => {
    const object = contract.getType(type);
    return !isKey && isObjectType(object) && object.getFields()[field.name.value] !== undefined;
  });
  const required = shown.flatMap(({ type, field }) =>
    declared.filter((each) => each.type === type && !each.isKey && requiredBy(field).includes(each.field.name.value)),
  );
  return new Set([...shown, ...required].map(({ subgraph }) => subgraph));
}

const directive = (field: Pick<FieldDefinitionNode, 'directives'>, name: string) =>
  field.directives?.find((each) => each.name.value === name);

const fieldSet = (given: ReturnType<typeof directive>): string[] => {
  const fields = given?.arguments?.find(({ name }) => name.value === 'fields')?.value;
  return fields?.kind === Kind.STRING ? fields.value.split(/\W+/) : [];
};
const requiredBy = (field: FieldDefinitionNode): string[] => fieldSet(directive(field, 'requires'));

/** The fields that a subgraph answers; keys, which all who know an entity have, are told apart. */
function declaredBy(subgraph: string): Declared[] {
  return parse(textOf(`subgraphs/${subgraph}/schema.graphql`)).definitions.flatMap((definition) => {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.OBJECT_TYPE_EXTENSION) return [];
    const keys = fieldSet(directive(definition, 'key'));
    return (definition.fields ?? [])
      .filter((field) => !directive(field, 'external'))
      .map((field) => ({ subgraph, type: definition.name.value, field, isKey: keys.includes(field.name.value) }));
  });
}

const textOf = (path: string): string => readFileSync(new URL(path, root), 'utf8');
