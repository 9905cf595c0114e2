import { fails, passes, type Finding, type Review, type Severity } from '../model/finding.ts';
import { groupAffected } from './affected.ts';

/** The word for each severity, which also Markdown uses. */
export const titles: Readonly<Record<Severity, string>> = { error: 'breaks', warning: 'look', note: 'safe' };

/** The findings, what fails first. */
export const inOrder = (findings: readonly Finding[]): Finding[] => {
  const order = (finding: Finding): number =>
    finding.approval ? 2 : { error: 0, warning: 1, note: 3 }[finding.severity];
  return [...findings].sort((a, b) => order(a) - order(b));
};

/** The report that people read on a terminal: each finding with who, where, why and what to do. */
export function terminalReport(review: Review): string {
  return [
    ...inOrder(review.findings).map(paragraph),
    ...review.gaps.map((gap) => `unseen   ${gap}`),
    '',
    summary(review),
    '',
  ].join('\n');
}

const indent = ' '.repeat(9);

function paragraph(finding: Finding): string {
  const { severity, message, place, contracts, why, fix, affected, approval, id } = finding;
  const where = place ? `  ${place.file}:${place.line}:${place.column}` : '';
  const title = approval ? 'approved' : titles[severity];
  const head = `${title.padEnd(8)} ${message}${contracts.length > 0 ? ` (${contracts.join(', ')})` : ''}${where}`;
  const lines = groupAffected(affected).flatMap(({ who, how, documents }) => [
    `${who}: ${how}`,
    ...documents.map((each) => `  ${each.document}  ${each.place.file}:${each.place.line}:${each.place.column}`),
  ]);
  if (severity === 'note') return [head, ...(why === '' ? [] : [indent + why])].join('\n');
  const verdict = approval
    ? `approved by ${approval.owner} until ${approval.expires}: ${approval.reason}`
    : `finding ${id}`;
  return [head, ...[...lines, why, ...(fix === '' ? [] : [`→ ${fix}`]), verdict].map((line) => indent + line)].join(
    '\n',
  );
}

/** One line with the verdict. */
export function summary(review: Review): string {
  const { findings, against, looked } = review;
  const count = (severity: Severity): number =>
    findings.filter((each) => each.severity === severity && !each.approval).length;
  const approved = findings.filter(({ approval }) => approval).length;
  const failing = findings.filter(fails).length;
  const numbers = Object.entries(looked).map(([what, number]) => `${number} ${what}`);
  return (
    `schema:check ${passes(review) ? 'passes' : `fails: ${failing} to put right or approve`}` +
    ` (${count('error')} break, ${count('warning')} to look at, ${count('note')} safe, ${approved} approved;` +
    ` ${numbers.join(', ')}; against ${against ?? 'nothing'})`
  );
}
