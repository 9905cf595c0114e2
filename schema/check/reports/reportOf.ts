import type { Review } from '../model/finding.ts';
import { annotations } from './annotations.ts';
import { junitReport } from './junit.ts';
import { markdownReport } from './markdown.ts';
import { printable } from './printable.ts';
import { sarifReport } from './sarif.ts';
import { terminalReport } from './terminal.ts';

const reports: Readonly<Record<string, (review: Review) => string>> = {
  markdown: markdownReport,
  annotations,
  sarif: sarifReport,
  junit: junitReport,
  json: (review) => `${JSON.stringify(review, undefined, 2)}\n`,
};

/** The report that the switches of the command ask for. */
export function reportOf(switches: ReadonlySet<string>): (review: Review) => string {
  const format = Object.keys(reports).find((name) => switches.has(name)) ?? '';
  const report = reports[format] ?? terminalReport;
  return (review) => report(printable(review));
}
