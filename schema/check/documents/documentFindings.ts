import { GraphQLError, Kind, parse, validate, type DocumentNode, type GraphQLSchema } from 'graphql';
import { OperationCost, checkCost } from '#gateway/documents/cost.ts';
import { checkLimits, type Limits } from '#gateway/documents/limits.ts';
import { namedOperation } from '#gateway/documents/trustedDocuments.ts';
import { Refusal } from '#gateway/errors/refusal.ts';
import type { CostIndex } from '#gateway/graph/costIndex.ts';
import { withoutRest } from '#gateway/rest/route.ts';
import { placeIn, type Place } from '../../compose/compositionProblem.ts';
import type { Tree } from '../against/tree.ts';
import type { Coordinates } from '../model/coordinates.ts';
import type { Finding } from '../model/finding.ts';
import type { Owners } from '../model/owners.ts';
import { documentFolders, ownDocuments, releasedDocuments, senderOf, type LiveDocument } from './liveDocument.ts';

/** What the documents of a channel have to fit. */
export interface ChannelRules {
  readonly name: string;
  readonly tags: readonly string[];
  /** The contract, as it is now. */
  readonly contract: GraphQLSchema;
  readonly costs: CostIndex;
  readonly limits: Limits;
}

interface Context {
  readonly channel: ChannelRules;
  /** Everything that any subgraph declares, whether the channel sees it or not. */
  readonly coordinates: Coordinates;
  readonly owners: Owners;
}

/** What is wrong with the documents and routes of a channel as they are now. */
export function documentFindings(tree: Tree, context: Context): Finding[] {
  const texts = documentFolders(context.channel.name)
    .flatMap((folder) => tree.list(folder))
    .filter((file) => file.endsWith('.graphql'))
    .map((file) => ({ file, name: file.split('/').at(-1)!.replace('.graphql', ''), text: tree.read(file) ?? '' }));
  return [
    ...texts.flatMap((each) => ofText(each, context)),
    ...sameNames(ownDocuments(context.channel.name, tree), context),
  ];
}

/** A channel knows a document of its own by the name of its operation, and a route by its address. */
function sameNames(documents: readonly LiveDocument[], { channel, owners }: Context): Finding[] {
  const files = new Map<string, string>();
  return documents.flatMap(({ file, name, document }) =>
    // A route is named by its address; its operation has a name, too.
    [...new Set([name, namedOperation(document)?.name.value ?? name])].flatMap((each) => {
      const other = files.get(each);
      files.set(each, file);
      if (other === undefined) return [];
      const subject = `${channel.name}/${each}`;
      return {
        id: `document-invalid:${subject}`,
        rule: 'document-invalid',
        severity: 'error' as const,
        subject,
        message: `\`${each}\` of \`${channel.name}\` is also in ${other}`,
        why: 'A channel refuses to start with two documents of one name.',
        fix: 'Rename one.',
        place: { file, line: 1, column: 1 },
        ...{ owners: owners.of(file), contracts: [channel.name], affected: [] },
      };
    }),
  );
}

/** What several documents ask for and the channel does not see is one finding that names them all. */
export function oncePerField(findings: readonly Finding[]): Finding[] {
  const merged = new Map<string, Finding>();
  for (const finding of findings) {
    const key = finding.rule === 'not-tagged' ? finding.id : `${merged.size}`;
    const known = merged.get(key);
    merged.set(key, known ? { ...known, affected: [...known.affected, ...finding.affected] } : finding);
  }
  return [...merged.values()];
}

/** What is wrong with documents that builds of clients and partners send, whatever the channel's own are now. */
export function releaseFindings(tree: Tree, context: Context): Finding[] {
  return releasedDocuments(context.channel.name, tree).flatMap((live) => {
    const { file, text, client, version, end } = live;
    const name = `${live.name} of ${client}@${version}`;
    return ofText({ file, name, text }, context).map((found) => {
      const place = placeIn(live.document) ?? { file, line: 1, column: 1 };
      const hit = { place, severity: 'error' as const, how: 'is no longer executed' };
      return {
        ...found,
        place,
        why: 'Who sends it is refused; with a release of our own clients, the channel does not even start.',
        fix: `${found.rule === 'document-invalid' ? 'Give the contract back what it asks for.' : found.fix} Or ${end}.`,
        affected: [{ ...senderOf(live, context.owners), ...hit }],
      };
    });
  });
}

/** A document, and what findings call it. */
interface NamedText {
  readonly file: string;
  readonly name: string;
  readonly text: string;
}

function ofText({ file, name, text }: NamedText, { channel, coordinates, owners }: Context): Finding[] {
  const base = { severity: 'error' as const, owners: owners.of(file), contracts: [channel.name], affected: [] };
  const at = (error: GraphQLError): Place => {
    const { line = 1, column = 1 } = error.locations?.[0] ?? {};
    return { file, line, column };
  };
  const subject = `${channel.name}/${name}`;
  const sender = {
    ...{ channel: channel.name, client: channel.name, version: 'working tree', document: name },
    owners: base.owners,
  };
  const problem = (rule: string, error: GraphQLError, fix: string, message = error.message): Finding => ({
    ...base,
    id: `${rule}:${subject}`,
    rule,
    subject,
    message: message.startsWith('`') ? message : `the document \`${name}\` of \`${channel.name}\`: ${message}`,
    why: 'A channel refuses to start with a document that it cannot run.',
    fix,
    place: at(error),
  });
  try {
    const document = parse(text, { maxTokens: channel.limits.tokens });
    checkLimits(document, channel.limits);
    const sent = withoutRest(document);
    if (!namedOperation(document))
      throw new GraphQLError('it needs exactly one operation, with a name', { nodes: document });
    const problems = validate(channel.contract, sent);
    if (problems.length === 0) checkCostOf(sent, channel);
    return problems.map((error) => {
      const meant = notTagged(error, channel, coordinates);
      return meant
        ? {
            ...problem('not-tagged', error, meant.fix, meant.message),
            id: meant.id,
            subject: meant.coordinate,
            affected: [{ ...sender, place: at(error), severity: 'error' as const, how: 'selects it' }],
          }
        : problem('document-invalid', error, 'Correct the document, or give the contract what it asks for.');
    });
  } catch (error) {
    if (error instanceof Refusal) {
      const fix = `Ask for shorter lists, say in the SDL how long they are (@listSize), or raise the limit in bffs/${channel.name}/channel.ts.`;
      return error.errors.map((each) => problem('document-too-costly', each, fix));
    }
    if (!(error instanceof GraphQLError)) throw error;
    const tooLarge = error.extensions['code'] === 'DOCUMENT_TOO_COMPLEX';
    return [
      tooLarge
        ? problem(
            'document-too-complex',
            error,
            `Split the document, or raise the limit in bffs/${channel.name}/channel.ts.`,
          )
        : problem('document-invalid', error, 'Correct the document.'),
    ];
  }
}

/** @throws Refusal for a document that costs more than the channel allows even with the shortest pages */
function checkCostOf(document: DocumentNode, { contract: apiSchema, costs, limits }: ChannelRules): void {
  for (const each of document.definitions) {
    if (each.kind !== Kind.OPERATION_DEFINITION) continue;
    checkCost(new OperationCost(document, each, { apiSchema, costs }, limits.assumedListSize).usual, limits.cost);
  }
}

/** A field that some subgraph has, but that no tag gives to the channel: the author forgot the tag, not the field. */
function notTagged(error: GraphQLError, { name, tags }: ChannelRules, coordinates: Coordinates) {
  const [, field, type] = /^Cannot query field "(\w+)" on type "(\w+)"/.exec(error.message) ?? [];
  const coordinate = `${type}.${field}`;
  const [declared] = coordinates.of(coordinate);
  if (!declared) return undefined;
  const { file, line } = declared.place;
  const own = tags.find((tag) => tag === name) ?? tags[0] ?? name;
  const hidden = coordinates.hidden(coordinate);
  const id = `not-tagged:${name}/${coordinate}`;
  if (hidden)
    return {
      coordinate,
      id,
      message: `\`${coordinate}\` is used by \`${name}\` but is @inaccessible`,
      fix: `Take @inaccessible off in ${hidden.file}:${hidden.line}, or take the field out of the document.`,
    };
  return {
    coordinate,
    id,
    message: `\`${coordinate}\` is used by \`${name}\` but not tagged \`${own}\``,
    fix: `Write @tag(name: "${own}") behind it in ${file}:${line}, or take it out of the document.`,
  };
}
