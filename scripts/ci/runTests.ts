import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { filesToRepeat, testVerdict, type TestReport } from './testVerdict.ts';

/**
 * Runs all tests (or those of the files named after the first argument), then once more, one after the other, the files
 * that failed, if they are few: CI's machine is shared, and one test of two thousand that fails there once would hide
 * the result of all others. Each file that needed the second run is printed with the reason, because it shows a fault
 * of the test or of the product. Writes `<passed> <failed>` to the file that the first argument names.
 */
const [counts, ...files] = process.argv.slice(2);
if (!counts) throw new Error('the first argument is the file to write the counts to');

const folder = mkdtempSync(join(tmpdir(), 'drburger-ci-'));
try {
  const first = run('first', files);
  const again = filesToRepeat(first);
  // Paths are written in full, because vitest takes shorter ones for parts of names.
  const second =
    again.length > 0 ? run('second', ['--no-file-parallelism', ...again.map((file) => resolve(file))]) : undefined;
  const verdict = testVerdict(first, second);
  for (const line of verdict.lines) console.log(line);
  writeFileSync(counts, `${verdict.passed} ${verdict.failed}\n`);
  process.exitCode = verdict.failed === 0 && verdict.passed > 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function run(name: string, args: readonly string[]): TestReport {
  const report = join(folder, name);
  const reporters = ['--reporter=default', '--reporter=scripts/ci/fileReporter.ts'];
  // These are the same tests that `pnpm test` runs.
  const { status, signal } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'scripts/tool.ts', 'test', ...reporters, ...args],
    {
      stdio: 'inherit',
      env: { ...process.env, TEST_REPORT: report },
    },
  );
  try {
    const found = JSON.parse(readFileSync(report, 'utf8')) as TestReport;
    const told = found.unhandled.length > 0 || found.files.some(({ broken }) => broken);
    if (status === 0 || told) return found;
    return { ...found, unhandled: [{ message: `vitest ended with ${status ?? signal}, and no test failed` }] };
  } catch {
    return { files: [], unhandled: [{ message: `vitest ended with ${status ?? signal}, and reported nothing` }] };
  }
}
