import { expect, test } from 'vitest';
import { filesToRepeat, testVerdict, type FileResult, type TestReport } from './testVerdict.ts';

const good = (file: string): FileResult => ({ file, passed: 3, failed: 0, skipped: [], broken: false, failures: [] });
const bad = (file: string, ...failures: string[]): FileResult => ({
  file,
  passed: 1,
  failed: failures.length,
  skipped: [],
  broken: true,
  failures: failures.length ? failures : ['beforeAll: no port'],
});
const report = (...files: FileResult[]): TestReport => ({ files, unhandled: [] });

test('a run in which all passed needs no second one', () => {
  const first = report(good('a'), good('b'));
  expect(filesToRepeat(first)).toEqual([]);
  expect(testVerdict(first)).toEqual({ passed: 6, failed: 0, lines: [] });
});

test('a file that passes the second time counts as passed, and is told with what it failed by first', () => {
  const first = report(good('a'), bad('b', 'adds: expected 1', 'takes away: expected 2'));
  expect(filesToRepeat(first)).toEqual(['b']);
  expect(testVerdict(first, report(good('b')))).toEqual({
    passed: 6,
    failed: 0,
    lines: ['passed at the second run only: b: adds: expected 1'],
  });
});

test('a file that fails twice counts by its second failures', () => {
  const first = report(good('a'), bad('b', 'adds: expected 1', 'takes away: expected 2'));
  expect(testVerdict(first, report(bad('b', 'takes away: expected 2')))).toEqual({
    passed: 4,
    failed: 1,
    lines: ['failed: b: takes away: expected 2'],
  });
});

test('a file of which a hook failed, or that could not be loaded, is a failed one', () => {
  const first = report(bad('a'));
  expect(filesToRepeat(first)).toEqual(['a']);
  expect(testVerdict(first)).toEqual({ passed: 1, failed: 1, lines: ['failed: a: beforeAll: no port'] });
});

test('an error that nobody caught belongs to the file in whose process it happened', () => {
  const first: TestReport = { files: [good('a'), good('b')], unhandled: [{ file: 'b', message: 'timed out' }] };
  expect(filesToRepeat(first)).toEqual(['b']);
  expect(testVerdict(first)).toMatchObject({ failed: 1, lines: ['failed: b: not caught: timed out'] });
  expect(testVerdict(first, report(good('b')))).toEqual({
    passed: 6,
    failed: 0,
    lines: ['passed at the second run only: b: not caught: timed out'],
  });
});

test('an error of no known file fails, whatever else is repeated', () => {
  const first: TestReport = { files: [good('a'), bad('b', 'adds: expected 1')], unhandled: [{ message: 'died' }] };
  expect(testVerdict(first, report(good('b')))).toMatchObject({ passed: 6, failed: 1 });
});

test('many failed files are not repeated: they did not fail by chance', () => {
  const files = Array.from({ length: 7 }, (_, n) => bad(`file-${n}`, 'adds: expected 1'));
  expect(filesToRepeat(report(...files))).toEqual([]);
  expect(testVerdict(report(...files))).toMatchObject({ passed: 7, failed: 7 });
});

test('a second run that told nothing leaves the first as it was', () => {
  const first = report(good('a'), bad('b', 'adds: expected 1'));
  expect(testVerdict(first, { files: [], unhandled: [] })).toMatchObject({ passed: 4, failed: 1 });
});

test('tells what was skipped', () => {
  const first = report({ ...good('a'), skipped: ['needs Java'] });
  expect(testVerdict(first).lines).toEqual(['  skipped: a: needs Java']);
});
