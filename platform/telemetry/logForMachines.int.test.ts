import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { builtModules } from '#platform/testkit/builtScript.ts';

const built = JSON.stringify(
  await builtModules(
    ...['endOnError.ts', 'logForMachines.ts', '../config/startupError.ts'].map(
      (file) => new URL(file, import.meta.url),
    ),
  ),
);

/**
 * What a process says that begins so and then does this: of each line, on whichever stream, its level, service and
 * first words.
 */
function said(body: string): string[] {
  const code = `import { endOnError, logForMachines, StartupError } from ${built};\nlogForMachines('orders');\nendOnError('serve');\n${body}`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    encoding: 'utf8',
  });
  return `${stdout}${stderr}`
    .trim()
    .split('\n')
    .map((line) => {
      const { level, service, msg, time } = JSON.parse(line) as Record<string, string>;
      expect(time).toMatch(/^\d{4}-/);
      return `${level} ${service} ${msg?.split('\n', 1)[0]}`;
    });
}

it('is one JSON object a line, whoever speaks: our own words, a library on the console, a warning of Node', () => {
  expect(
    said(`
    console.log('serving %s', 'orders'); console.info({ a: 1 }); console.debug('small'); console.table([1]);
    console.warn('beware\\nof two lines'); console.error(new TypeError('broke'));
    process.emitWarning('old', 'DeprecationWarning');`),
  ).toEqual([
    'info orders serving orders',
    'info orders { a: 1 }',
    'debug orders small',
    'info orders ┌─────────┬────────┐',
    'warn orders beware',
    'error orders TypeError: broke',
    'warn orders DeprecationWarning: old',
  ]);
});

it.each([
  ['an exception', `setTimeout(() => { throw new TypeError('broke'); });`, 'TypeError: broke'],
  [
    'a rejection that nobody takes',
    `void Promise.reject(new TypeError('broke')); setTimeout(() => undefined, 60_000);`,
    'TypeError: broke',
  ],
  ['what somebody can put right', `throw new StartupError('set PORT.');`, 'set PORT.'],
])('so is the end by %s', (_what, body, message) => {
  expect(said(body)).toEqual([`error orders serve: ${message}`]);
});
