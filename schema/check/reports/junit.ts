import { fails, type Finding, type Review } from '../model/finding.ts';
import { detailsOf } from './annotations.ts';

/**
 * JUnit XML, which every CI shows: a test case for each finding, failed if the finding fails the check. Without
 * findings it has one that passes, because Jenkins fails a build whose reports have no test at all.
 */
export function junitReport({ findings }: Review): string {
  const failing = findings.filter(fails).length;
  const cases =
    findings.length > 0 ? findings.map(testCase) : [`    <testcase classname="schema:check" name="nothing found"/>`];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="schema:check" tests="${cases.length}" failures="${failing}">`,
    `  <testsuite name="schema:check" tests="${cases.length}" failures="${failing}" skipped="0">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase(finding: Finding): string {
  const { rule, subject, message, place } = finding;
  const file = place ? ` file="${escape(place.file)}" line="${place.line}"` : '';
  const open = `    <testcase classname="${escape(rule)}" name="${escape(subject)}"${file}`;
  const details = [message, ...detailsOf(finding)].join('\n');
  return fails(finding)
    ? `${open}><failure type="${escape(rule)}" message="${escape(message)}">${escape(details)}</failure></testcase>`
    : `${open}><system-out>${escape(details)}</system-out></testcase>`;
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
};
/** XML has no way to write other control characters, not even escaped: one of them makes the file unreadable. */
const escape = (value: string): string =>
  value
    .replaceAll(/[&<>"\n]/g, (each) => escapes[each] ?? each)
    .replaceAll(/[\u0000-\u0008\u000b-\u001f\ufffe\uffff]/g, '\ufffd');
