import type { Place } from '../../compose/compositionProblem.ts';

/**
 * How bad a finding is: an `error` breaks somebody and fails the check unless it is approved, a `warning` may surprise
 * somebody and deserves a look, and a `note` is told so that a reader knows that it was looked at and found safe. The
 * words are those of SARIF.
 */
export type Severity = 'error' | 'warning' | 'note';

/** A registered document that a finding hits, and who sends it. */
export interface Affected {
  readonly channel: string;
  /** Who sends the document: the client application, which for a channel of ours has the channel's name. */
  readonly client: string;
  /** Which build of the client has the document: a commit, or `working tree`. */
  readonly version: string;
  /** The name of the document's operation. */
  readonly document: string;
  /** Where the document meets what changed. */
  readonly place: Place;
  /** Who answers for the document, by `CODEOWNERS`. */
  readonly owners: readonly string[];
  readonly severity: Severity;
  /** How the document is hit, as a phrase that follows its name: `reads it`. */
  readonly how: string;
}

/** The reason why somebody accepts a finding, from `schema/approvals.yaml`. */
export interface Approval {
  readonly finding: string;
  readonly reason: string;
  readonly owner: string;
  /** The last day on which the approval holds, `YYYY-MM-DD` in UTC. */
  readonly expires: string;
}

/** One thing that the check found. Every report is made from these and from nothing else. */
export interface Finding {
  /** `<rule>:<subject>`, the same as long as the finding is the same. Approvals name it. */
  readonly id: string;
  /** The name of the rule, such as `field-removed`. */
  readonly rule: string;
  readonly severity: Severity;
  /** What it is about, such as the schema coordinate `Order.total`. */
  readonly subject: string;
  /** What is the case, as one sentence. */
  readonly message: string;
  /** Why that matters, or why it is safe. */
  readonly why: string;
  /** What to do instead; empty for a note. */
  readonly fix: string;
  readonly place?: Place;
  /** Who answers for the file at `place`. */
  readonly owners: readonly string[];
  /** The contracts, or other parts of the system, in which it is the case. */
  readonly contracts: readonly string[];
  readonly affected: readonly Affected[];
  readonly approval?: Approval;
}

/** The result of one run. */
export interface Review {
  /** What the present state was compared with, in words; undefined when it was compared with nothing. */
  readonly against?: string;
  readonly findings: readonly Finding[];
  /** What the check could not look at, and why. */
  readonly gaps: readonly string[];
  /** How much was looked at. */
  readonly looked: Readonly<Record<string, number>>;
}

/** Whether a finding fails the check. */
export const fails = ({ severity, approval }: Finding): boolean => severity === 'error' && approval === undefined;

export const passes = ({ findings }: Review): boolean => !findings.some(fails);
