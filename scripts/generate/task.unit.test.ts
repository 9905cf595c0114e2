import { existsSync, rmSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { removeStale, root, runTasks, writeIfChanged, type GenerateTask } from './task.ts';

const folder = `generated/taskTest${process.pid}`;
const output = `${folder}/out.txt`;
const task: GenerateTask = {
  name: `taskTest${process.pid}`,
  inputs: ['package.json'],
  outputs: [output],
  run: () => Promise.resolve(void writeIfChanged(output, 'made')),
};
const run = async () => (await runTasks([task], 1, () => undefined)).made.length;

afterAll(() => {
  rmSync(join(root, folder), { recursive: true, force: true });
  rmSync(join(root, 'generated/.stamps', task.name), { force: true });
});

it('makes what is missing, what was changed by another hand, and nothing else', async () => {
  expect([await run(), await run()]).toEqual([1, 0]);
  // As `git checkout` does to a generated file that is committed.
  writeFileSync(join(root, output), 'of another branch');
  expect([await run(), readFileSync(join(root, output), 'utf8'), await run()]).toEqual([1, 'made', 0]);
  rmSync(join(root, output));
  expect([await run(), await run()]).toEqual([1, 0]);
});

it('removes what is out of date where that is asked, and leaves what is not', async () => {
  await run();
  removeStale([task]);
  expect(existsSync(join(root, output))).toBe(true);
  removeStale([{ ...task, inputs: ['pnpm-lock.yaml'] }]);
  expect(existsSync(join(root, output))).toBe(false);
});
