import { Kind, buildSchema, type GraphQLSchema } from 'graphql';
import { readFileSync } from 'node:fs';
import type { ChannelManifest } from '#gateway/channelManifest.ts';
import { defaultLimits } from '#gateway/documents/limits.ts';
import { StartupError } from '#platform/config/startupError.ts';
import { CostIndex } from '#gateway/graph/costIndex.ts';
import { composeSystem, type ComposedSystem, type Composition } from '../../compose/composeSystem.ts';
import { mergeBase, treeAt } from '../against/gitTree.ts';
import { workingTree, type Tree } from '../against/tree.ts';
import { contractFindings } from '../changes/contractFindings.ts';
import { streamFindings } from '../changes/streamFindings.ts';
import { eventFindings, eventsIn } from '../contracts/eventFindings.ts';
import { eventReaders } from '../contracts/eventReaders.ts';
import { eventSchemaFolder } from '../contracts/eventSchema.ts';
import { protoFindings } from '../contracts/protoFindings.ts';
import { settingFindings } from '../contracts/settingFindings.ts';
import { documentFindings, oncePerField, releaseFindings } from '../documents/documentFindings.ts';
import { documentsOf, type LiveDocument } from '../documents/liveDocument.ts';
import { pactDocuments } from '../documents/pactDocuments.ts';
import { registeredFile, unseenDocuments, withRegistered } from '../documents/registeredDocuments.ts';
import { notPermitted, withdrawn } from '../documents/permissionFindings.ts';
import { deprecatedUses, removedDocuments } from '../documents/registrationFindings.ts';
import { rightsIn } from '../documents/rights.ts';
import { routeFindings } from '../documents/routeFindings.ts';
import { lintFindings } from '../lint/lintFindings.ts';
import { unusedTypes } from '../lint/unusedTypes.ts';
import { Coordinates } from '../model/coordinates.ts';
import { fails, type Affected, type Finding, type Review } from '../model/finding.ts';
import { Owners } from '../model/owners.ts';
import type { Repository } from '../model/repository.ts';
import { approvalsFile, approve } from './approvals.ts';
import { compositionFindings } from './compositionFindings.ts';

/** A state of the repository with its graphs, and the state that it is compared with. */
export interface Subject extends Repository {
  /** The folder of the clone, in which tools are run. */
  readonly root: string;
  readonly now: Tree;
  /** Undefined where there is nothing to compare with. */
  readonly before: Tree | undefined;
  readonly composed: ComposedSystem;
}

/** A channel whose contract composes. */
interface ReviewedChannel {
  readonly name: string;
  readonly manifest: ChannelManifest;
  readonly after: GraphQLSchema;
  /** The same object as `after` when the text of the contract is the same. */
  readonly before: GraphQLSchema | undefined;
  readonly documents: { readonly now: readonly LiveDocument[]; readonly before: readonly LiveDocument[] };
}

/** How a review differs from the usual one. */
export interface ReviewOptions {
  /** A file of documents that partners registered, instead of the one in the repository. */
  readonly registered?: string | undefined;
  readonly composition?: Composition;
}

/**
 * Reviews the present state of the repository, compared with a commit.
 * @param against a git reference; by default where the branch left the main branch
 */
export async function reviewSystem(
  root: string,
  against: string | undefined,
  options: ReviewOptions = {},
): Promise<Review> {
  const base = against ?? mergeBase(root);
  const before = base === undefined ? undefined : treeAt(root, base);
  return reviewAgainst(root, before, against === undefined, options);
}

/**
 * @param before the state that the present one is compared with
 * @param isBase whether that is where the branch left main, which nobody had to name
 */
export async function reviewAgainst(
  root: string,
  before: Tree | undefined,
  isBase: boolean,
  options: ReviewOptions = {},
): Promise<Review> {
  const now = workingTree(root);
  const [linted, subject] = await Promise.all([lintFindings(now, ownersIn(now)), subjectOf(root, before, options)]);
  const review = await reviewStates(subject, linted);
  const gaps = [...review.gaps, ...unseenDocuments('partner', subject.now.read(registeredFile('partner')), new Date())];
  return {
    ...review,
    gaps,
    ...(before && { against: isBase ? `${before.name}, where the branch left main` : before.name }),
  };
}

const ownersIn = (tree: Tree): Owners => new Owners(tree.read('CODEOWNERS') ?? '');

/** The present state with its graphs, and the state that it is compared with. */
export async function subjectOf(
  root: string,
  before?: Tree,
  { registered, composition }: ReviewOptions = {},
): Promise<Subject> {
  const states = withPartners(
    { now: workingTree(root), before },
    registered === undefined ? undefined : readText(registered),
  );
  const { now } = states;
  const composed = await composeSystem(composition);
  const owners = ownersIn(now);
  const coordinates = new Coordinates([
    ...composed.sources,
    ...[...composed.views].map(([channel, { document }]) => ({ name: `view of ${channel}`, document })),
  ]);
  return { root, ...states, composed, coordinates, owners };
}

/** Partners register documents at the running system and at no commit: both states are given what is known now. */
export function withPartners(
  { now, before }: Pick<Subject, 'now' | 'before'>,
  text = now.read(registeredFile('partner')),
): Pick<Subject, 'now' | 'before'> {
  if (text === undefined && before?.read(registeredFile('partner')) === undefined) return { now, before };
  return { now: withRegistered(now, 'partner', text), before: before && withRegistered(before, 'partner', text) };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new StartupError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

/**
 * Reviews one state against another, wherever both come from.
 * @param more what was found by others, such as the linter
 */
export async function reviewStates(subject: Subject, more: readonly Finding[] = []): Promise<Review> {
  const { now, before, composed, owners } = subject;
  const channels = channelsOf(subject);
  const findings: Finding[] = [
    ...compositionFindings(composed.problems, owners),
    ...unusedTypes([...composed.sources, ...composed.views.values()], owners),
    ...more,
    ...channels.flatMap((channel) => documentsNow(channel, subject)),
    ...(await contractFindings(
      channels.flatMap((channel) => contractPair(channel, before)),
      subject,
    )),
    ...(await permissions(channels, subject)),
    ...channels.flatMap(({ documents }) => removedDocuments(documents.before, documents.now, subject)),
    ...deprecatedUses(
      channels.map(({ after, documents }) => ({ contract: after, documents: documents.now })),
      subject,
    ),
    ...(before ? streamFindings(before, now, channels.map(heard), subject) : []),
    ...(before ? routeFindings(before, now, owners) : []),
    ...removedChannels(subject),
    ...(before ? otherContracts(before, subject) : []),
  ];
  const today = new Date().toISOString().slice(0, 10);
  return {
    findings: withoutConsequences(approve(findings, now.read(approvalsFile) ?? '', today, owners), subject),
    gaps: before ? [] : ['Nothing was compared: this is no git clone.'],
    looked: {
      subgraphs: composed.sources.length,
      contracts: channels.length,
      documents: channels.flatMap(({ documents }) => documents.now).length,
    },
  };
}

/**
 * A document that nobody touched is invalid because the contract changed: the finding of that change names it, with
 * what to do. Only when the change is approved, and the document still there, is it told by itself.
 */
function withoutConsequences(findings: readonly Finding[], { now, before }: Subject): Finding[] {
  const hit = new Set(
    findings
      .filter((finding) => fails(finding) && finding.rule !== 'document-invalid')
      .flatMap(({ affected }) => affected.filter(({ severity }) => severity === 'error'))
      .flatMap((each) => [each.place.file, sent(each)]),
  );
  const isConsequence = ({ rule, affected: [sender], place }: Finding): boolean =>
    rule === 'document-invalid' &&
    place !== undefined &&
    hit.has(sender ? sent(sender) : place.file) &&
    before?.read(place.file) === now.read(place.file);
  return findings.filter((finding) => !isConsequence(finding));
}

/** A release, or what partners registered, is one file of many documents. */
const sent = ({ client, version, document, place }: Affected): string =>
  [place.file, client, version, document].join(' ');

const heard = ({ name, before, documents }: ReviewedChannel) => ({ name, before, documents: documents.before });

/** What is no GraphQL: events, gRPC and settings. OpenAPI and AsyncAPI would be judged here as well. */
const otherContracts = (before: Tree, { now, owners, root }: Subject): Finding[] => [
  ...(before.list(eventSchemaFolder).length > 0
    ? eventFindings(eventsIn(before), eventsIn(now), owners, eventReaders(before), now.read)
    : []),
  ...settingFindings(before.read('docs/settings.md'), now.read('docs/settings.md'), owners),
  ...protoFindings(root, before, now, owners),
];

export const schemaOf = (sdl: string): GraphQLSchema => buildSchema(sdl, { assumeValid: true, noLocation: true });

function channelsOf({ now, before, composed }: Subject): ReviewedChannel[] {
  return composed.manifests.flatMap((manifest) => {
    const { contract } = composed.channels.get(manifest.name) ?? {};
    if (contract === undefined) return [];
    const old = before?.read(`schema/channels/${manifest.name}.graphql`);
    const after = schemaOf(contract);
    return {
      name: manifest.name,
      manifest,
      after,
      before: old === undefined ? undefined : old === contract ? after : schemaOf(old),
      documents: {
        now: documentsOf(manifest.name, now),
        before: before ? documentsOf(manifest.name, before) : [],
      },
    };
  });
}

/** What partners read of routes, by their pacts, counts like documents that are registered. */
const contractPair = ({ name, before, after, documents }: ReviewedChannel, tree: Tree | undefined) =>
  before && tree
    ? [{ name, before, after, documents: [...documents.before, ...pactDocuments(tree, documents.before)] }]
    : [];

function documentsNow(channel: ReviewedChannel, subject: Subject): Finding[] {
  const context = rulesOf(channel, subject);
  return oncePerField([...documentFindings(subject.now, context), ...releaseFindings(subject.now, context)]);
}

/** What the documents of a channel have to fit. */
export function rulesOf(
  { name, manifest, after }: Pick<ReviewedChannel, 'name' | 'manifest' | 'after'>,
  { coordinates, owners, composed }: Pick<Subject, 'coordinates' | 'owners' | 'composed'>,
) {
  const limits = { ...defaultLimits, ...manifest.limits };
  const view = composed.views.get(name);
  const definitions = [...composed.sources, ...(view ? [view] : [])].flatMap(({ document }) => document.definitions);
  const costs = new CostIndex({ kind: Kind.DOCUMENT, definitions }, after);
  return { channel: { name, tags: manifest.tags, contract: after, costs, limits }, coordinates, owners };
}

async function permissions(channels: readonly ReviewedChannel[], subject: Subject): Promise<Finding[]> {
  const found = channels.map(async ({ name, manifest, before, after, documents }) => {
    const { roles, anonymous } = manifest.auth;
    const channel = { name, roles: [...roles, ...(anonymous ? ['anonymous'] : [])] };
    const rights = await rightsIn(subject.now, name);
    const none = notPermitted(channel, after, documents.now, rights, subject);
    if (!before || !subject.before) return none;
    const both = { before: await rightsIn(subject.before, name), after: rights };
    return [...none, ...withdrawn(channel, { before, after }, documents.before, both, subject)];
  });
  return (await Promise.all(found)).flat();
}

/** Channels that clients use and that are no longer registered. */
function removedChannels({ before, composed, owners }: Subject): Finding[] {
  const present = new Set(composed.manifests.map(({ name }) => name));
  return (before?.list('schema/channels') ?? [])
    .map((file) => file.replace(/^.*\/|\.graphql$/g, ''))
    .filter((name) => !present.has(name))
    .map((name) => ({
      id: `channel-removed:${name}`,
      rule: 'channel-removed',
      severity: 'error',
      subject: name,
      message: `the channel \`${name}\` is removed`,
      why: 'None of its clients is answered any more.',
      fix: 'Retire its clients first, then approve this.',
      place: { file: 'schema/channels.ts', line: 1, column: 1 },
      owners: owners.of(`bffs/${name}/channel.ts`),
      contracts: [name],
      affected: [],
    }));
}
