/** What became of one test file. */
export interface FileResult {
  /** The file's path from the root of the project. */
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  /** The full names of tests that are skipped on purpose. */
  readonly skipped: readonly string[];
  /** Whether a test or a hook failed, or the file could not be loaded or did not run to its end. */
  readonly broken: boolean;
  /** What went wrong, one line each; a cause stands before what followed from it. */
  readonly failures: readonly string[];
}

/** An error that no test caught, such as a rejected promise that nobody awaited. */
export interface UnhandledError {
  /** The test file whose process it happened in, if vitest knows. */
  readonly file?: string;
  readonly message: string;
}

/** What one run of vitest found. */
export interface TestReport {
  readonly files: readonly FileResult[];
  readonly unhandled: readonly UnhandledError[];
}

export interface TestVerdict {
  readonly passed: number;
  readonly failed: number;
  /** Lines that a reader has to see besides the two numbers. */
  readonly lines: readonly string[];
}

/** The most files that are run a second time. If more fail, the reason is not the load of the machine. */
const mostFilesToRepeat = 6;

const failuresOf = (report: TestReport, file: string): readonly string[] => [
  ...report.files.filter((each) => each.file === file).flatMap(({ failures }) => failures),
  ...report.unhandled.filter((each) => each.file === file).map(({ message }) => `not caught: ${message}`),
];

function brokenFiles(report: TestReport): string[] {
  const named = report.unhandled.flatMap(({ file }) => (file ? [file] : []));
  return [...new Set([...report.files.filter(({ broken }) => broken).map(({ file }) => file), ...named])];
}

/** The files that are worth a second run: those that failed, if they are few. */
export function filesToRepeat(first: TestReport): readonly string[] {
  const files = brokenFiles(first);
  return files.length <= mostFilesToRepeat ? files : [];
}

/** Takes the second run's result for each file that has one, the first run's for all others. */
export function testVerdict(first: TestReport, second: TestReport = { files: [], unhandled: [] }): TestVerdict {
  const repeated = new Set(second.files.map(({ file }) => file));
  const isOld = ({ file }: { readonly file?: string }): boolean => !file || !repeated.has(file);
  const last: TestReport = {
    files: [...first.files.filter(isOld), ...second.files],
    unhandled: [...first.unhandled.filter(isOld), ...second.unhandled],
  };
  const broken = brokenFiles(last);
  const counted = new Map(last.files.map((each) => [each.file, each.failed]));
  // A file counts even if none of its tests failed: then a hook of it failed, or an error was not caught.
  const failed = broken.reduce((sum, file) => sum + Math.max(1, counted.get(file) ?? 0), 0);
  const nowhere = last.unhandled.filter(({ file }) => !file);
  const skipped = last.files.flatMap((each) => each.skipped.map((name) => `  skipped: ${each.file}: ${name}`));
  return {
    passed: last.files.reduce((sum, each) => sum + each.passed, 0),
    failed: failed + nowhere.length,
    lines: [
      ...skipped,
      ...[...repeated]
        .filter((file) => !broken.includes(file))
        .map((file) => `passed at the second run only: ${file}: ${failuresOf(first, file)[0]}`),
      ...broken.map((file) => `failed: ${file}: ${failuresOf(last, file)[0]}`),
      ...nowhere.map(({ message }) => `failed: not caught, and by no file that is known: ${message}`),
    ],
  };
}
