import { validate, type ASTNode, type GraphQLSchema } from 'graphql';
import { placeIn, type Place } from '../../compose/compositionProblem.ts';
import { documentUses } from '../documents/documentUses.ts';
import { senderOf, type LiveDocument } from '../documents/liveDocument.ts';
import type { Affected, Finding, Severity } from '../model/finding.ts';
import type { Repository } from '../model/repository.ts';
import { judge, type ContractPair, type JudgedDocument } from './judge.ts';
import { schemaChanges, type SchemaChange } from './schemaChange.ts';
import { words } from './words.ts';

/** A contract in both states, and the documents that were registered for it before. */
export interface ContractUnderReview {
  readonly name: string;
  readonly before: GraphQLSchema;
  readonly after: GraphQLSchema;
  readonly documents: readonly LiveDocument[];
}

interface Prepared extends JudgedDocument {
  readonly live: LiveDocument;
}

interface Change {
  readonly change: SchemaChange;
  readonly contracts: string[];
  readonly affected: Affected[];
  /** How the documents end that the change breaks and that no edit of the working tree can mend. */
  readonly ends: Set<string>;
}

/**
 * Judges every change of every contract by the documents that it hits. A change that several contracts have is one
 * finding.
 */
export async function contractFindings(
  contracts: readonly ContractUnderReview[],
  repository: Repository,
): Promise<Finding[]> {
  const found = new Map<string, Change>();
  const unexplained: Finding[] = [];
  for (const contract of contracts) {
    if (contract.before === contract.after) continue;
    const documents = prepare(contract);
    const hit = new Set<LiveDocument>();
    for (const change of await schemaChanges(contract.before, contract.after)) {
      const id = idOf(change);
      const known = found.get(id) ?? { change, contracts: [], affected: [], ends: new Set() };
      known.contracts.push(contract.name);
      for (const { live, ...document } of documents) {
        const affected = affectedBy(change, contract, live, document, repository);
        if (affected?.severity === 'error') {
          hit.add(live);
          if (live.end !== undefined) known.ends.add(live.end);
        }
        if (affected) known.affected.push(affected);
      }
      found.set(id, known);
    }
    for (const { live, errors } of documents)
      if (errors.length > 0 && !hit.has(live)) unexplained.push(invalid(live, errors[0]!.message, repository));
  }
  const changes = [...found.values()];
  const described = changes.filter(({ change }) => change.kind === 'description-changed');
  return [
    ...changes.filter((each) => !described.includes(each)).map((each) => findingOf(each, repository)),
    ...unexplained,
    ...(described.length > 0 ? [descriptions(described)] : []),
  ];
}

const idOf = ({ kind, coordinate }: SchemaChange): string => `${kind}:${coordinate}`;

/** A document that was not valid before is not broken by the change. */
function prepare({ before, after, documents }: ContractUnderReview): Prepared[] {
  return documents
    .filter(({ document }) => validate(before, document).length === 0)
    .map((live) => ({
      live,
      uses: documentUses(before, live.document),
      errors: validate(after, live.document),
    }));
}

function affectedBy(
  change: SchemaChange,
  pair: ContractPair,
  live: LiveDocument,
  document: JudgedDocument,
  { owners }: Repository,
): Affected | undefined {
  const hit = judge(change, pair, document);
  if (!hit) return undefined;
  return { ...senderOf(live, owners), place: placeOf(hit.node, live), severity: hit.severity, how: hit.how };
}

const placeOf = (node: ASTNode | undefined, { file }: LiveDocument): Place =>
  placeIn(node) ?? { file, line: 1, column: 1 };

const rank: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 };
const worst = (affected: readonly Affected[]): Severity =>
  affected.map(({ severity }) => severity).sort((a, b) => rank[a] - rank[b])[0] ?? 'note';

function findingOf({ change, contracts, affected, ends }: Change, { owners, coordinates }: Repository): Finding {
  const { message, why, safe, fix } = words[change.kind];
  const severity = worst(affected);
  const place = coordinates.nearest(change.coordinate);
  // What some subgraph still declares is only hidden, or has lost its tag.
  const [declared] = change.kind.endsWith('-removed') ? coordinates.of(change.coordinate) : [];
  const hidden = coordinates.hidden(change.coordinate);
  const tags = contracts.map((name) => `@tag(name: "${name}")`).join(' ');
  const tagged = declared && {
    message: `\`${change.coordinate}\` is no longer in the contract of ${contracts.join(', ')}`,
    fix: hidden
      ? `Take @inaccessible off again in ${hidden.file}:${hidden.line}, and deprecate it first.`
      : `Write ${tags} behind it again in ${declared.place.file}:${declared.place.line}, and deprecate it first.`,
  };
  return {
    id: idOf(change),
    rule: change.kind,
    severity,
    subject: change.coordinate,
    message: tagged?.message ?? message(change),
    why: severity !== 'note' ? why : typeof safe === 'string' ? safe : safe(change),
    fix: severity === 'note' ? '' : [tagged?.fix ?? fix(change), orEnd([...ends])].filter(Boolean).join(' '),
    place,
    owners: owners.of(place?.file),
    contracts,
    affected,
  };
}

/** The way to make the change all the same: the clients that it breaks end first. */
function orEnd(ends: readonly string[]): string {
  if (ends.length === 0) return '';
  const more = ends.length > 3 ? `, and so for ${ends.length - 3} more` : '';
  return `To make it all the same, ${ends.slice(0, 3).join('; ')}${more}.`;
}

/** All new texts together: a reader of the verdict needs to know that there are some, not each. */
function descriptions(changes: readonly Change[]): Finding {
  const names = changes.map(({ change }) => `\`${change.coordinate}\``);
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  return {
    id: 'description-changed:all',
    rule: 'description-changed',
    severity: 'note',
    subject: 'descriptions',
    message: `the description of ${names.slice(0, 3).join(', ')}${more} changed`,
    why: 'Descriptions are for people.',
    fix: '',
    owners: [],
    contracts: [...new Set(changes.flatMap(({ contracts }) => contracts))],
    affected: [],
  };
}

/** A document that is refused though no single change explains it. */
function invalid(live: LiveDocument, reason: string, { owners }: Repository): Finding {
  const place = { file: live.file, line: 1, column: 1 };
  return {
    id: `document-broken:${live.channel}/${live.name}`,
    rule: 'document-broken',
    severity: 'error',
    subject: `${live.channel}/${live.name}`,
    message: `the document \`${live.name}\` of \`${live.channel}\` is no longer valid: ${reason}`,
    why: 'The channel refuses the document, so that the screen behind it shows nothing.',
    fix: 'Undo what the message names, or keep the old beside the new until no registered document uses it.',
    place,
    owners: owners.of(live.file),
    contracts: [live.channel],
    affected: [{ ...senderOf(live, owners), place, severity: 'error', how: 'is refused' }],
  };
}
