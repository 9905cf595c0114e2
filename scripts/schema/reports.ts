import type { Review } from '#schema/check/model/finding.ts';
import { annotations } from '#schema/check/reports/annotations.ts';
import { junitReport } from '#schema/check/reports/junit.ts';
import { markdownReport } from '#schema/check/reports/markdown.ts';
import { sarifReport } from '#schema/check/reports/sarif.ts';
import { terminalReport } from '#schema/check/reports/terminal.ts';

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
  return reports[format] ?? terminalReport;
}
