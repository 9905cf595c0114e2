import { fails, type Finding, type Review } from '../model/finding.ts';
import { groupAffected } from './affected.ts';
import { summary } from './terminal.ts';

/** Workflow commands of GitHub Actions, which show each finding beside its line. */
export const annotations = (review: Review): string =>
  `${[...review.findings.map(annotation), summary(review)].join('\n')}\n`;

function annotation(finding: Finding): string {
  const level = fails(finding) ? 'error' : finding.severity === 'note' || finding.approval ? 'notice' : 'warning';
  const { place, rule, message } = finding;
  const where = place ? `file=${property(place.file)},line=${place.line},col=${place.column},` : '';
  return `::${level} ${where}title=${property(rule)}::${text([message, ...detailsOf(finding)].join('\n'))}`;
}

/** Who is hit, why and what to do, a line each. */
export const detailsOf = ({ affected, why, fix, approval }: Finding): string[] => [
  ...groupAffected(affected).map(
    ({ who, how, documents }) => `${who}: ${documents.map(({ document }) => document).join(', ')}: ${how}`,
  ),
  ...[why, fix, approval ? `Approved by ${approval.owner} until ${approval.expires}: ${approval.reason}` : ''].filter(
    Boolean,
  ),
];

const text = (value: string): string => value.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (value: string): string => text(value).replaceAll(':', '%3A').replaceAll(',', '%2C');
