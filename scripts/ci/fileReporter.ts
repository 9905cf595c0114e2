import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, SerializedError, TestCase, TestModule, TestSuite } from 'vitest/node';
import type { FileResult, TestReport, UnhandledError } from './testVerdict.ts';

/**
 * A vitest reporter: writes the result of each file to the path in `TEST_REPORT`. Vitest's own JSON report leaves out
 * errors that no test caught, and does not say which hook failed.
 */
export default class FileReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const unended = modules.find(isUnended);
    const report: TestReport = {
      files: modules.map(resultOf),
      unhandled: unhandled.map((error) => unhandledError(error, unended)),
    };
    writeFileSync(process.env['TEST_REPORT']!, JSON.stringify(report));
  }
}

const pathOf = (file: string): string => relative(process.cwd(), file);
const firstLine = (text: string): string => text.split('\n', 1)[0]!;

/** If a worker process died, its file, or some of its tests, are in a state before the end. */
const isUnended = (module: TestModule): boolean =>
  ['queued', 'pending'].includes(module.state()) ||
  (module.ok() && [...module.children.allTests()].some((each) => each.result().state === 'pending'));

function resultOf(module: TestModule): FileResult {
  const tests = [...module.children.allTests()];
  const suites = [...module.children.allSuites()];
  const inState = (state: string): TestCase[] => tests.filter((each) => each.result().state === state);
  return {
    file: pathOf(module.moduleId),
    passed: inState('passed').length,
    failed: inState('failed').length,
    skipped: inState('skipped').map(({ fullName }) => fullName),
    broken: !module.ok() || isUnended(module),
    failures: [
      // Hooks, and what kept the file from being loaded: they come first because they explain why tests failed.
      ...[module, ...suites].flatMap((suite: TestModule | TestSuite) =>
        suite.errors().map(({ message }) => firstLine(message)),
      ),
      ...tests.flatMap((each) =>
        (each.result().errors ?? []).slice(0, 1).map(({ message }) => `${each.fullName}: ${firstLine(message)}`),
      ),
      ...(isUnended(module) ? ['it did not run to its end'] : []),
    ],
  };
}

/**
 * Vitest does not say which file a worker process ran that died. It must be one of those that did not run to their end.
 */
function unhandledError(error: SerializedError, unended: TestModule | undefined): UnhandledError {
  const path: unknown =
    error['VITEST_TEST_PATH'] ?? (error.message.startsWith('[vitest-pool]') ? unended?.moduleId : undefined);
  return {
    ...(typeof path === 'string' && { file: pathOf(path) }),
    message: firstLine(String(error.message)),
  };
}
