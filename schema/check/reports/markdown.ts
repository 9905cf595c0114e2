import { fails, passes, type Finding, type Review } from '../model/finding.ts';
import { groupAffected } from './affected.ts';
import { inMarkdown } from './printable.ts';
import { inOrder } from './terminal.ts';

/** The text for a pull request: the verdict in one line, what matters open, the rest folded. */
export function markdownReport(review: Review): string {
  const sorted = inOrder(review.findings);
  const failing = sorted.filter(fails);
  const looks = sorted.filter(({ severity, approval }) => severity === 'warning' && !approval);
  const approved = sorted.filter(({ approval }) => approval);
  const notes = sorted.filter(({ severity }) => severity === 'note');
  return `${[
    `### Schema review: ${verdict(review, failing.length)}`,
    ...failing.map((finding) => entry(finding, '🛑')),
    ...looks.map((finding) => entry(finding, '⚠️')),
    ...fold(`${approved.length} approved`, approved.map(short)),
    ...fold(`${notes.length} safe`, notes.map(short)),
    ...fold(
      `${review.gaps.length} not looked at`,
      review.gaps.map((gap) => `- ${inMarkdown(gap)}`),
    ),
    `<sub>${Object.entries(review.looked)
      .map(([what, number]) => `${number} ${what}`)
      .join(', ')}; compared with ${review.against ?? 'nothing'}.</sub>`,
  ].join('\n\n')}\n`;
}

function verdict(review: Review, failing: number): string {
  if (!passes(review)) return `${failing} ${failing === 1 ? 'finding breaks' : 'findings break'} something`;
  return review.findings.length === 0 ? 'nothing changes for anybody' : 'nothing breaks';
}

const fold = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`<details><summary>${title}</summary>\n\n${lines.join('\n')}\n\n</details>`];

const placeOf = ({ place }: Finding): string => (place ? ` · ${inMarkdown(`${place.file}:${place.line}`)}` : '');

function entry(finding: Finding, sign: string): string {
  const { message, contracts, affected, why, fix, id } = finding;
  const groups = groupAffected(affected).map(
    ({ who, how, documents }) =>
      `- **${inMarkdown(who)}**: ${inMarkdown(`${documents.map(({ document }) => document).join(', ')}: ${how}`)}`,
  );
  return [
    `${sign} **${inMarkdown(message)}**${contracts.length > 0 ? ` in ${contracts.join(', ')}` : ''}${placeOf(finding)}`,
    ...(groups.length > 4
      ? fold(`who breaks: ${groups.length} clients`, groups)
      : groups.length > 0
        ? [groups.join('\n')]
        : []),
    [why, fix === '' ? '' : `→ ${fix}`].filter(Boolean).map(inMarkdown).join(' '),
    `<sub>\`${id.replaceAll('`', "'")}\`</sub>`,
  ].join('\n\n');
}

const short = ({ message, contracts, why, approval }: Finding): string =>
  `- ${inMarkdown(message)}${contracts.length > 0 ? ` (${contracts.join(', ')})` : ''}. ` +
  inMarkdown(approval ? `${approval.owner} until ${approval.expires}: ${approval.reason}` : why);
