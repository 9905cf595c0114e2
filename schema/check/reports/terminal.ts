import { fails, passes, type Affected, type Finding, type Review, type Severity } from '../model/finding.ts';

const titles: Readonly<Record<Severity, string>> = { error: 'breaks', warning: 'look', note: 'safe' };

/** The report that people read on a terminal: what fails first, each finding with who, where, why and what to do. */
export function terminalReport(review: Review): string {
  const order: readonly Severity[] = ['error', 'warning', 'note'];
  const findings = order.flatMap((severity) => review.findings.filter((finding) => finding.severity === severity));
  return [
    ...findings.map(paragraph),
    ...review.gaps.map((gap) => `not looked at  ${gap}`),
    '',
    summary(review),
    '',
  ].join('\n');
}

function paragraph(finding: Finding): string {
  const { severity, message, place, contracts, why, fix, affected, approval, id } = finding;
  const where = place ? `  ${place.file}:${place.line}:${place.column}` : '';
  const title = approval ? 'approved' : titles[severity];
  const head = `${title.padEnd(8)} ${message}${contracts.length > 0 ? ` (${contracts.join(', ')})` : ''}${where}`;
  if (severity === 'note') return `${head}\n         ${why}`;
  return [
    head,
    ...affected.map((each) => `         ${whoBreaks(each)}`),
    `         ${why}`,
    ...(fix === '' ? [] : [`         → ${fix}`]),
    approval
      ? `         approved by ${approval.owner} until ${approval.expires}: ${approval.reason}`
      : `         finding ${id}`,
  ].join('\n');
}

/** A document with its channel, client, build, owner and place, and how it is hit. */
export const whoBreaks = ({ document, channel, client, version, owners, how, place }: Affected): string =>
  `${document} ${how}: ${client === channel ? channel : `${client} on ${channel}`}, build ${version}` +
  `${owners.length > 0 ? `, ${owners.join(' ')}` : ''}, ${place.file}:${place.line}:${place.column}`;

/** One line with the verdict. */
export function summary({ findings, against, looked, ...rest }: Review): string {
  const count = (severity: Severity): number =>
    findings.filter((each) => each.severity === severity && !each.approval).length;
  const approved = findings.filter(({ approval }) => approval).length;
  const failing = findings.filter(fails).length;
  const numbers = Object.entries(looked).map(([what, number]) => `${number} ${what}`);
  return (
    `schema:check ${passes({ findings, against, looked, ...rest }) ? 'passes' : `fails: ${failing} to put right or approve`}` +
    ` (${count('error')} break, ${count('warning')} to look at, ${count('note')} safe, ${approved} approved;` +
    ` ${numbers.join(', ')}; against ${against ?? 'nothing'})`
  );
}
