import { fails, type Finding, type Review } from '../model/finding.ts';
import { detailsOf } from './annotations.ts';

/** JUnit XML, which every CI shows: a test case for each finding, failed if the finding fails the check. */
export function junitReport({ findings }: Review): string {
  const failing = findings.filter(fails).length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="schema:check" tests="${findings.length}" failures="${failing}">`,
    `  <testsuite name="schema:check" tests="${findings.length}" failures="${failing}" skipped="0">`,
    ...findings.map(testCase),
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
const escape = (value: string): string => value.replaceAll(/[&<>"\n]/g, (each) => escapes[each] ?? each);
