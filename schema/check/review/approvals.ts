import { parse } from 'yaml';
import { z } from 'zod';
import type { Approval, Finding } from '../model/finding.ts';
import type { Owners } from '../model/owners.ts';

/** The file in which findings are approved. */
export const approvalsFile = 'schema/approvals.yaml';

const isDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) === true;

const day = z.preprocess(
  (value) => (value instanceof Date ? value.toISOString().slice(0, 10) : value),
  z.string().refine(isDay, 'is no day: write YYYY-MM-DD'),
);
const schema = z
  .array(z.strictObject({ finding: z.string(), reason: z.string().min(10), owner: z.string().min(1), expires: day }))
  .nullable();

/** For how long something may be approved. */
const longest = 366 * 86_400_000;

/** What nobody can accept for others: the graph, or a channel with its documents, would not even start. */
const isBroken = ({ rule }: Finding): boolean => rule === 'composition' || rule === 'document-invalid';

/**
 * Puts approvals to the findings that they name. An entry that has expired, or that cannot be read, is a finding itself
 * and fails the check; one that approves nothing any more is told as a note.
 * @param today `YYYY-MM-DD` in UTC
 */
export function approve(findings: readonly Finding[], text: string, today: string, owners: Owners): Finding[] {
  const { approvals, problems } = readApprovals(text, owners);
  const expired = approvals.filter(({ expires }) => expires < today);
  const last = new Date(Date.parse(today) + longest).toISOString().slice(0, 10);
  const endless = approvals.filter(({ expires }) => expires > last);
  const valid = new Map(
    approvals.filter(({ expires }) => expires >= today && expires <= last).map((each) => [each.finding, each]),
  );
  const present = new Set(findings.map(({ id }) => id));
  return [
    ...findings.map((finding) => {
      const approval = valid.get(finding.id);
      return approval && finding.severity !== 'note' && !isBroken(finding) ? { ...finding, approval } : finding;
    }),
    ...problems,
    ...endless.map((each) =>
      about(each, text, owners, {
        rule: 'approval-endless',
        severity: 'error',
        message: `the approval of \`${each.finding}\` is to hold until ${each.expires}, which is more than a year`,
        why: 'An approval that nobody looks at again is a switch that turns the check off.',
        fix: `Let it expire by ${last}, and have it approved anew if it is still needed.`,
      }),
    ),
    ...expired.map((each) =>
      about(each, text, owners, {
        rule: 'approval-expired',
        severity: 'error',
        message: `the approval of \`${each.finding}\` expired on ${each.expires}`,
        why: `${each.owner} accepted it until then: “${each.reason}”.`,
        fix: `Take the entry out of ${approvalsFile}; if the finding is still there, put it right or have it approved anew.`,
      }),
    ),
    ...[...valid.values()]
      .filter(({ finding }) => !present.has(finding))
      .map((each) =>
        about(each, text, owners, {
          rule: 'approval-unused',
          severity: 'note',
          message: `the approval of \`${each.finding}\` is not needed here and may be taken out`,
          why: 'No such finding is left in this comparison. The change that it stood for is released, or was withdrawn.',
          fix: '',
        }),
      ),
  ];
}

function readApprovals(text: string, owners: Owners): { approvals: readonly Approval[]; problems: Finding[] } {
  try {
    return { approvals: schema.parse(parse(text)) ?? [], problems: [] };
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    const problem = about({ finding: approvalsFile }, text, owners, {
      rule: 'approvals-unreadable',
      severity: 'error',
      message: `${approvalsFile} cannot be read: ${reason.replaceAll('\n', ' ')}`,
      why: 'Without it nobody knows what was approved.',
      fix: 'Give each entry finding, reason, owner and expires.',
    });
    return { approvals: [], problems: [problem] };
  }
}

function about(
  { finding }: Pick<Approval, 'finding'>,
  text: string,
  owners: Owners,
  told: Pick<Finding, 'rule' | 'severity' | 'message' | 'why' | 'fix'>,
): Finding {
  const line = text.split('\n').findIndex((each) => !each.trimStart().startsWith('#') && each.includes(finding)) + 1;
  return {
    ...told,
    id: `${told.rule}:${finding}`,
    subject: finding,
    place: { file: approvalsFile, line: Math.max(line, 1), column: 1 },
    owners: owners.of(approvalsFile),
    contracts: [],
    affected: [],
  };
}
