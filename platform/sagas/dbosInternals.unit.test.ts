import { readFileSync } from 'node:fs';
import { DBOSExecutor } from '@dbos-inc/dbos-sdk/internal/dbos-executor';
import { expect, it } from 'vitest';
import { readOfDbos, runningExecutor, takeOver } from './dbosInternals.ts';

it('is installed in the version whose source was read: look at dbosInternals.ts again before you change this', () => {
  const installed = new URL('../../node_modules/@dbos-inc/dbos-sdk/package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(installed, 'utf8')) as { version: string };
  expect(version).toBe(readOfDbos);
});

it('has the methods that are reached for', () => {
  const { destroy, recoverPendingWorkflows } = DBOSExecutor.prototype as unknown as Record<string, unknown>;
  expect([destroy, recoverPendingWorkflows].map((each) => typeof each)).toEqual(['function', 'function']);
});

it('takes nothing over while no executor runs', async () => {
  expect(runningExecutor()).toBeUndefined();
  await takeOver('somebody');
});
